use hookward::poem::{Verify, Webhook};
use hookward::{Key, Verifier, providers};
use poem::http::StatusCode;
use poem::{EndpointExt, Route, Server, get, handler, listener::TcpListener, post};

type Error = Box<dyn std::error::Error>;

fn app(key: Key) -> Result<Route, Error> {
    let verifier = Verifier::new(providers::GITHUB, key)?;
    Ok(Route::new().at("/health", get(health)).at(
        "/webhooks/github",
        post(on_push).with(Verify::new(verifier)),
    ))
}

#[handler]
fn health() -> &'static str {
    "ok"
}

#[handler]
async fn on_push(hook: Webhook<serde_json::Value>) -> StatusCode {
    println!("{}: {}", hook.verified().provider(), hook.payload);
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = app(Key::from_env("GITHUB_WEBHOOK_SECRET")?)?;
    Server::new(TcpListener::bind("127.0.0.1:3000"))
        .run(app)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookward::{Signer, UnixTime};
    use poem::Endpoint;

    #[tokio::test]
    async fn only_a_genuine_delivery_reaches_the_handler() {
        let key = Key::new("test secret").unwrap();
        let app = app(key.clone()).unwrap();

        let mut genuine = http::Request::post("/webhooks/github")
            .body(br#"{"after":"6113728f"}"#.to_vec())
            .unwrap();
        let signer = Signer::new(&providers::GITHUB, key).unwrap();
        let signed = signer.sign(&genuine, UnixTime::now(), None).unwrap();
        signed.apply(&mut genuine);

        let mut forged = genuine.clone();
        forged.body_mut()[3] ^= 1;

        let answer = app.get_response(request(genuine)).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let answer = app.get_response(request(forged)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }

    fn request(signed: http::Request<Vec<u8>>) -> poem::Request {
        let (parts, body) = signed.into_parts();
        let mut request = poem::Request::builder()
            .method(parts.method)
            .uri(parts.uri)
            .body(body);
        *request.headers_mut() = parts.headers;
        request
    }
}
