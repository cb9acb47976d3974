use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use hookward::tower::{VerifiedBody, VerifyLayer};
use hookward::{Key, Verified, Verifier, providers};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tower::{Layer, service_fn};

type Error = Box<dyn std::error::Error>;

fn layer(key: Key) -> Result<VerifyLayer, Error> {
    let verifier = Verifier::new(providers::GITHUB, key)?;
    Ok(VerifyLayer::new(verifier))
}

async fn on_push(request: Request<VerifiedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut answer = Response::new(Full::default());
    match request.extensions().get::<Verified>() {
        Some(proof) => {
            println!("from {}", proof.provider());
            *answer.status_mut() = StatusCode::NO_CONTENT;
        }
        // Not reached behind the layer, and refused where somebody forgets it.
        None => *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    let body = request.into_body().into_bytes();
    println!("{} bytes", body.len());
    Ok(answer)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = layer(Key::from_env("GITHUB_WEBHOOK_SECRET")?)?.layer(service_fn(on_push));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookward::{Signer, UnixTime};
    use tower::ServiceExt;

    #[tokio::test]
    async fn only_a_genuine_delivery_reaches_the_service() {
        let key = Key::new("test secret").unwrap();
        let service = layer(key.clone()).unwrap().layer(service_fn(on_push));

        let mut genuine = Request::post("/webhooks/github")
            .body(br#"{"after":"6113728f"}"#.to_vec())
            .unwrap();
        let signer = Signer::new(&providers::GITHUB, key).unwrap();
        let signed = signer.sign(&genuine, UnixTime::now(), None).unwrap();
        signed.apply(&mut genuine);

        let mut forged = genuine.clone();
        forged.body_mut()[3] ^= 1;

        let body = |request: Request<Vec<u8>>| request.map(|body| Full::new(Bytes::from(body)));
        let answer = service.clone().oneshot(body(genuine)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let answer = service.oneshot(body(forged)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
}
