use hookward::salvo::{Verify, Webhook};
use hookward::{Key, Verifier, providers};
use salvo::prelude::*;

type Error = Box<dyn std::error::Error>;

fn app(key: Key) -> Result<Router, Error> {
    let verifier = Verifier::new(providers::GITHUB, key)?;
    Ok(Router::new()
        .push(Router::with_path("health").get(health))
        .push(
            Router::with_path("webhooks/github")
                .hoop(Verify::new(verifier))
                .post(on_push),
        ))
}

#[handler]
async fn health() -> &'static str {
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
    let acceptor = TcpListener::new("127.0.0.1:3000").bind().await;
    Server::new(acceptor).serve(app).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookward::{Signer, UnixTime};
    use salvo::routing::PathState;

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

        assert_eq!(call(&app, genuine).await, Some(StatusCode::NO_CONTENT));
        assert_eq!(call(&app, forged).await, Some(StatusCode::FORBIDDEN));
    }

    /// What the hoops and the handler of the route answer, without a server.
    async fn call(app: &Router, sent: http::Request<Vec<u8>>) -> Option<StatusCode> {
        let mut request = Request::from_hyper(sent, http::uri::Scheme::HTTP);
        let mut path = PathState::new(request.uri().path());
        let matched = app.detect(&mut request, &mut path).await?;
        let handlers = [matched.hoops, vec![matched.goal]].concat();
        let mut response = Response::new();
        FlowCtrl::new(handlers)
            .call_next(&mut request, &mut Depot::new(), &mut response)
            .await;
        response.status_code
    }
}
