use axum::http::StatusCode;
use axum::{
    Router,
    routing::{get, post},
};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

type Error = Box<dyn std::error::Error>;

fn app(key: Key) -> Result<Router, Error> {
    let verifier = Verifier::new(providers::GITHUB, key)?;
    Ok(Router::new()
        .route("/health", get(|| async { "ok" }))
        .route(
            "/webhooks/github",
            post(on_push).layer(VerifyLayer::new(verifier)),
        ))
}

async fn on_push(hook: Webhook<serde_json::Value>) -> StatusCode {
    println!("{}: {}", hook.verified().provider(), hook.payload);
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = app(Key::from_env("GITHUB_WEBHOOK_SECRET")?)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use hookward::{Signer, UnixTime};
    use tower::ServiceExt;

    #[tokio::test]
    async fn only_a_genuine_delivery_reaches_the_handler() {
        let key = Key::new("test secret").unwrap();
        let app = app(key.clone()).unwrap();

        let mut genuine = Request::post("/webhooks/github")
            .body(br#"{"after":"6113728f"}"#.to_vec())
            .unwrap();
        let signer = Signer::new(&providers::GITHUB, key).unwrap();
        let signed = signer.sign(&genuine, UnixTime::now(), None).unwrap();
        signed.apply(&mut genuine);

        let mut forged = genuine.clone();
        forged.body_mut()[3] ^= 1;

        let answer = app.clone().oneshot(genuine.map(Body::from)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let answer = app.oneshot(forged.map(Body::from)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
}
