use actix_web::{App, HttpResponse, HttpServer, web};
use hookward::actix::{Verify, Webhook};
use hookward::{Key, Verifier, providers};

type Error = Box<dyn std::error::Error>;

fn verify(key: Key) -> Result<Verify, Error> {
    Ok(Verify::new(Verifier::new(providers::GITHUB, key)?))
}

fn routes(verify: Verify) -> impl Fn(&mut web::ServiceConfig) + Clone {
    move |config| {
        config
            .route("/health", web::get().to(|| async { "ok" }))
            .service(
                web::resource("/webhooks/github")
                    .wrap(verify.clone())
                    .route(web::post().to(on_push)),
            );
    }
}

async fn on_push(hook: Webhook<serde_json::Value>) -> HttpResponse {
    println!("{}: {}", hook.verified().provider(), hook.payload);
    HttpResponse::NoContent().finish()
}

#[actix_web::main]
async fn main() -> Result<(), Error> {
    // Once, outside of the factory, so that all workers share it.
    let routes = routes(verify(Key::from_env("GITHUB_WEBHOOK_SECRET")?)?);
    HttpServer::new(move || App::new().configure(routes.clone()))
        .bind("127.0.0.1:3000")?
        .run()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::{TestRequest, call_service, init_service};
    use hookward::{Signer, UnixTime};

    #[actix_web::test]
    async fn only_a_genuine_delivery_reaches_the_handler() {
        let key = Key::new("test secret").unwrap();
        let app = App::new().configure(routes(verify(key.clone()).unwrap()));
        let app = init_service(app).await;

        let body = br#"{"after":"6113728f"}"#.to_vec();
        let unsigned = http::Request::post("/webhooks/github")
            .body(body.clone())
            .unwrap();
        let signer = Signer::new(&providers::GITHUB, key).unwrap();
        let signed = signer.sign(&unsigned, UnixTime::now(), None).unwrap();
        let request = |body: Vec<u8>| {
            let request = TestRequest::post().uri("/webhooks/github");
            let request = signed.headers().iter().fold(request, |request, header| {
                request.insert_header((header.0.as_str(), header.1.as_bytes()))
            });
            request.set_payload(body).to_request()
        };

        let mut forged = body.clone();
        forged[3] ^= 1;

        assert_eq!(call_service(&app, request(body)).await.status(), 204);
        assert_eq!(call_service(&app, request(forged)).await.status(), 403);
    }
}
