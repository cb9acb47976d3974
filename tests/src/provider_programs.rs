// The programs of docs/providers, printed by tests/tests/guide/pages.rs.
mod ably_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ABLY_WEBHOOK_SECRET")?;
    let scheme = providers::ABLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ably",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod acuity_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ACUITY_WEBHOOK_SECRET")?;
    let scheme = providers::ACUITY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/acuity",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod adobe_io_events_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("adobe-io-events.pem")?;
    let scheme = providers::ADOBE_IO_EVENTS.recipient("your client");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/adobe-io-events",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod adobe_io_events_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::ADOBE_IO_EVENTS)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod adyen_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ADYEN_WEBHOOK_SECRET")?;
    let scheme = providers::ADYEN.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/adyen",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod adyen_platforms_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ADYEN_PLATFORMS_WEBHOOK_SECRET")?;
    let scheme = providers::ADYEN_PLATFORMS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/adyen-platforms",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod affirm_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AFFIRM_WEBHOOK_SECRET")?;
    let scheme = providers::AFFIRM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/affirm",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod aftership_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AFTERSHIP_WEBHOOK_SECRET")?;
    let scheme = providers::AFTERSHIP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/aftership",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod agora_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AGORA_WEBHOOK_SECRET")?;
    let scheme = providers::AGORA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/agora",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod airship_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AIRSHIP_WEBHOOK_SECRET")?;
    let scheme = providers::AIRSHIP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/airship",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod airtable_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AIRTABLE_WEBHOOK_SECRET")?;
    let scheme = providers::AIRTABLE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/airtable",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod airwallex_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AIRWALLEX_WEBHOOK_SECRET")?;
    let scheme = providers::AIRWALLEX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/airwallex",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod alchemy_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ALCHEMY_WEBHOOK_SECRET")?;
    let scheme = providers::ALCHEMY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/alchemy",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod alipay_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("alipay.pem")?;
    let scheme = providers::ALIPAY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/alipay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) -> &'static str {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
    "success"
}
}
mod alipay_v2_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("alipay-v2.pem")?;
    let scheme = providers::ALIPAY_V2;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/alipay-v2",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) -> &'static str {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
    "success"
}
}
mod api_key_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("API_KEY_WEBHOOK_SECRET")?;
    let scheme = providers::API_KEY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/api-key",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod apple_app_store_v2_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("apple-app-store-v2.pem")?;
    let scheme = providers::APPLE_APP_STORE_V2.recipient("your bundle").recipient("environment=Production").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/apple-app-store-v2",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod asaas_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ASAAS_WEBHOOK_SECRET")?;
    let scheme = providers::ASAAS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/asaas",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod asana_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ASANA_WEBHOOK_SECRET")?;
    let scheme = providers::ASANA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/asana",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ashby_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ASHBY_WEBHOOK_SECRET")?;
    let scheme = providers::ASHBY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ashby",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod attio_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ATTIO_WEBHOOK_SECRET")?;
    let scheme = providers::ATTIO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/attio",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod authorize_net_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AUTHORIZE_NET_WEBHOOK_SECRET")?;
    let scheme = providers::AUTHORIZE_NET;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/authorize-net",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod autodesk_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AUTODESK_WEBHOOK_SECRET")?;
    let scheme = providers::AUTODESK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/autodesk",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod aws_sns_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("aws-sns.pem")?;
    let scheme = providers::AWS_SNS.recipient("your topic").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/aws-sns",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod azure_devops_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("AZURE_DEVOPS_WEBHOOK_SECRET")?;
    let scheme = providers::AZURE_DEVOPS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/azure-devops",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bamboohr_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BAMBOOHR_WEBHOOK_SECRET")?;
    let scheme = providers::BAMBOOHR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bamboohr",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bigcommerce_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BIGCOMMERCE_WEBHOOK_SECRET")?;
    let scheme = providers::BIGCOMMERCE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bigcommerce",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod binance_pay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("binance-pay.pem")?;
    let scheme = providers::BINANCE_PAY;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/binance-pay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) -> &'static str {
    println!("{}", hook.payload);
    "{\"returnCode\":\"SUCCESS\",\"returnMessage\":null}"
}
}
mod bird_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BIRD_WEBHOOK_SECRET")?;
    let scheme = providers::BIRD;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bird",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bitbucket_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BITBUCKET_WEBHOOK_SECRET")?;
    let scheme = providers::BITBUCKET;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bitbucket",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bitbucket_server_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BITBUCKET_SERVER_WEBHOOK_SECRET")?;
    let scheme = providers::BITBUCKET_SERVER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bitbucket-server",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bitso_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("bitso.pem")?;
    let scheme = providers::BITSO.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/bitso",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bland_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BLAND_WEBHOOK_SECRET")?;
    let scheme = providers::BLAND;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bland",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod bolt_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BOLT_WEBHOOK_SECRET")?;
    let scheme = providers::BOLT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/bolt",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod box_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BOX_WEBHOOK_SECRET")?;
    let scheme = providers::BOX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/box",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod braintree_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BRAINTREE_WEBHOOK_SECRET")?;
    let scheme = providers::BRAINTREE.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/braintree",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod braintree_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::BRAINTREE.token("the token that you agreed on"))?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod btcpay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BTCPAY_WEBHOOK_SECRET")?;
    let scheme = providers::BTCPAY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/btcpay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod buildkite_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BUILDKITE_WEBHOOK_SECRET")?;
    let scheme = providers::BUILDKITE.only("signature");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/buildkite",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod buy_me_a_coffee_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("BUY_ME_A_COFFEE_WEBHOOK_SECRET")?;
    let scheme = providers::BUY_ME_A_COFFEE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/buy-me-a-coffee",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cal_com_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CAL_COM_WEBHOOK_SECRET")?;
    let scheme = providers::CAL_COM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cal-com",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod calendly_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CALENDLY_WEBHOOK_SECRET")?;
    let scheme = providers::CALENDLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/calendly",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cashfree_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CASHFREE_WEBHOOK_SECRET")?;
    let scheme = providers::CASHFREE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cashfree",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod chargebee_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CHARGEBEE_WEBHOOK_SECRET")?;
    let scheme = providers::CHARGEBEE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/chargebee",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod chargify_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CHARGIFY_WEBHOOK_SECRET")?;
    let scheme = providers::CHARGIFY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/chargify",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod chatwoot_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CHATWOOT_WEBHOOK_SECRET")?;
    let scheme = providers::CHATWOOT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/chatwoot",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod checkout_com_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CHECKOUT_COM_WEBHOOK_SECRET")?;
    let scheme = providers::CHECKOUT_COM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/checkout-com",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod checkr_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CHECKR_WEBHOOK_SECRET")?;
    let scheme = providers::CHECKR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/checkr",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod chip_in_asia_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("chip-in-asia.pem")?;
    let scheme = providers::CHIP_IN_ASIA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/chip-in-asia",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod chip_send_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("chip-send.pem")?;
    let scheme = providers::CHIP_SEND;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/chip-send",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod circle_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("circle.pem")?;
    let scheme = providers::CIRCLE.recipient("your subscription");
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/circle",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod circleci_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CIRCLECI_WEBHOOK_SECRET")?;
    let scheme = providers::CIRCLECI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/circleci",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod clickup_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLICKUP_WEBHOOK_SECRET")?;
    let scheme = providers::CLICKUP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/clickup",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod close_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOSE_WEBHOOK_SECRET")?;
    let scheme = providers::CLOSE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/close",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cloudflare_notifications_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOUDFLARE_NOTIFICATIONS_WEBHOOK_SECRET")?;
    let scheme = providers::CLOUDFLARE_NOTIFICATIONS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cloudflare-notifications",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cloudflare_stream_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOUDFLARE_STREAM_WEBHOOK_SECRET")?;
    let scheme = providers::CLOUDFLARE_STREAM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cloudflare-stream",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cloudinary_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOUDINARY_WEBHOOK_SECRET")?;
    let scheme = providers::CLOUDINARY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cloudinary",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cloudinary_sha256_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOUDINARY_SHA256_WEBHOOK_SECRET")?;
    let scheme = providers::CLOUDINARY_SHA256;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cloudinary-sha256",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod clover_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CLOVER_WEBHOOK_SECRET")?;
    let scheme = providers::CLOVER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/clover",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod coinbase_commerce_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("COINBASE_COMMERCE_WEBHOOK_SECRET")?;
    let scheme = providers::COINBASE_COMMERCE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/coinbase-commerce",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod commerce_layer_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("COMMERCE_LAYER_WEBHOOK_SECRET")?;
    let scheme = providers::COMMERCE_LAYER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/commerce-layer",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod contentful_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CONTENTFUL_WEBHOOK_SECRET")?;
    let scheme = providers::CONTENTFUL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/contentful",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod courier_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("COURIER_WEBHOOK_SECRET")?;
    let scheme = providers::COURIER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/courier",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod crisp_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CRISP_WEBHOOK_SECRET")?;
    let scheme = providers::CRISP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/crisp",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cronofy_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CRONOFY_WEBHOOK_SECRET")?;
    let scheme = providers::CRONOFY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cronofy",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod cryptapi_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("cryptapi.pem")?;
    let scheme = providers::CRYPTAPI.only("post").recipient("your address");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/cryptapi",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) -> &'static str {
    println!("{}", hook.payload);
    "*ok*"
}
}
mod customer_io_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("CUSTOMER_IO_WEBHOOK_SECRET")?;
    let scheme = providers::CUSTOMER_IO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/customer-io",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod deliveroo_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DELIVEROO_WEBHOOK_SECRET")?;
    let scheme = providers::DELIVEROO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/deliveroo",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod discord_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("discord.pem")?;
    let scheme = providers::DISCORD;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/discord",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod discord_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::DISCORD_INTERACTIONS)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod discourse_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DISCOURSE_WEBHOOK_SECRET")?;
    let scheme = providers::DISCOURSE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/discourse",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod docusign_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DOCUSIGN_WEBHOOK_SECRET")?;
    let scheme = providers::DOCUSIGN;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/docusign",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod doppler_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DOPPLER_WEBHOOK_SECRET")?;
    let scheme = providers::DOPPLER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/doppler",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod dropbox_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DROPBOX_WEBHOOK_SECRET")?;
    let scheme = providers::DROPBOX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/dropbox",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod dropbox_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::DROPBOX)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod dropbox_sign_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DROPBOX_SIGN_WEBHOOK_SECRET")?;
    let scheme = providers::DROPBOX_SIGN.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/dropbox-sign",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) -> &'static str {
    println!("{}", hook.payload);
    "Hello API Event Received"
}
}
mod dub_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DUB_WEBHOOK_SECRET")?;
    let scheme = providers::DUB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/dub",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod dwolla_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("DWOLLA_WEBHOOK_SECRET")?;
    let scheme = providers::DWOLLA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/dwolla",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod dyte_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("dyte.pem")?;
    let scheme = providers::DYTE.recipient("your organization");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/dyte",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod easypost_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("EASYPOST_WEBHOOK_SECRET")?;
    let scheme = providers::EASYPOST;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/easypost",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ebay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("ebay.pem")?;
    let scheme = providers::EBAY;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/ebay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ebay_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::EBAY.token("the token that you agreed on").url("https://hooks.example.com/webhooks"))?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod ecwid_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ECWID_WEBHOOK_SECRET")?;
    let scheme = providers::ECWID.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ecwid",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod elevenlabs_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ELEVENLABS_WEBHOOK_SECRET")?;
    let scheme = providers::ELEVENLABS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/elevenlabs",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod expo_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("EXPO_WEBHOOK_SECRET")?;
    let scheme = providers::EXPO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/expo",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fal_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("fal.pem")?;
    let scheme = providers::FAL.recipient("your user");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/fal",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fastspring_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FASTSPRING_WEBHOOK_SECRET")?;
    let scheme = providers::FASTSPRING;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/fastspring",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod figma_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FIGMA_WEBHOOK_SECRET")?;
    let scheme = providers::FIGMA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/figma",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod finch_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FINCH_WEBHOOK_SECRET")?;
    let scheme = providers::FINCH;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/finch",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fintoc_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FINTOC_WEBHOOK_SECRET")?;
    let scheme = providers::FINTOC;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/fintoc",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fireblocks_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("fireblocks.pem")?;
    let scheme = providers::FIREBLOCKS.recipient("your workspace");
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/fireblocks",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod flutterwave_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FLUTTERWAVE_WEBHOOK_SECRET")?;
    let scheme = providers::FLUTTERWAVE.only("v4");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/flutterwave",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod forgejo_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FORGEJO_WEBHOOK_SECRET")?;
    let scheme = providers::FORGEJO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/forgejo",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod formstack_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FORMSTACK_WEBHOOK_SECRET")?;
    let scheme = providers::FORMSTACK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/formstack",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fourthwall_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FOURTHWALL_WEBHOOK_SECRET")?;
    let scheme = providers::FOURTHWALL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/fourthwall",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod frame_io_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FRAME_IO_WEBHOOK_SECRET")?;
    let scheme = providers::FRAME_IO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/frame-io",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod front_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FRONT_WEBHOOK_SECRET")?;
    let scheme = providers::FRONT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/front",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod front_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::FRONT)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod front_rules_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("FRONT_RULES_WEBHOOK_SECRET")?;
    let scheme = providers::FRONT_RULES;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/front-rules",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod fusionauth_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("fusionauth.pem")?;
    let scheme = providers::FUSIONAUTH;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/fusionauth",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod getstream_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GETSTREAM_WEBHOOK_SECRET")?;
    let scheme = providers::GETSTREAM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/getstream",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ghost_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GHOST_WEBHOOK_SECRET")?;
    let scheme = providers::GHOST;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ghost",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod gitea_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GITEA_WEBHOOK_SECRET")?;
    let scheme = providers::GITEA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/gitea",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod github_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GITHUB_WEBHOOK_SECRET")?;
    let scheme = providers::GITHUB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/github",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod github_secret_scanning_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("github-secret-scanning.pem")?;
    let scheme = providers::GITHUB_SECRET_SCANNING.recipient("your type");
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/github-secret-scanning",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod gitlab_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GITLAB_WEBHOOK_SECRET")?;
    let scheme = providers::GITLAB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/gitlab",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod gitlab_signing_token_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GITLAB_SIGNING_TOKEN_WEBHOOK_SECRET")?;
    let scheme = providers::GITLAB_SIGNING_TOKEN;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/gitlab-signing-token",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod gocardless_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GOCARDLESS_WEBHOOK_SECRET")?;
    let scheme = providers::GOCARDLESS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/gocardless",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod gogs_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GOGS_WEBHOOK_SECRET")?;
    let scheme = providers::GOGS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/gogs",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod google_pubsub_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("google-pubsub.pem")?;
    let scheme = providers::GOOGLE_PUBSUB.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key).param("audience", "your audience").param("email", "your email"))?;
    let app = Router::new().route(
        "/webhooks/google-pubsub",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod grafana_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GRAFANA_WEBHOOK_SECRET")?;
    let scheme = providers::GRAFANA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/grafana",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod greenhouse_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("GREENHOUSE_WEBHOOK_SECRET")?;
    let scheme = providers::GREENHOUSE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/greenhouse",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod help_scout_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HELP_SCOUT_WEBHOOK_SECRET")?;
    let scheme = providers::HELP_SCOUT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/help-scout",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod heroku_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HEROKU_WEBHOOK_SECRET")?;
    let scheme = providers::HEROKU;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/heroku",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod hookdeck_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HOOKDECK_WEBHOOK_SECRET")?;
    let scheme = providers::HOOKDECK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/hookdeck",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod hubspot_v1_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HUBSPOT_V1_WEBHOOK_SECRET")?;
    let scheme = providers::HUBSPOT_V1.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/hubspot-v1",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod hubspot_v2_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HUBSPOT_V2_WEBHOOK_SECRET")?;
    let scheme = providers::HUBSPOT_V2.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/hubspot-v2",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod hubspot_v3_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("HUBSPOT_V3_WEBHOOK_SECRET")?;
    let scheme = providers::HUBSPOT_V3;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/hubspot-v3",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod imagekit_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("IMAGEKIT_WEBHOOK_SECRET")?;
    let scheme = providers::IMAGEKIT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/imagekit",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod integrated_finance_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("integrated-finance.pem")?;
    let scheme = providers::INTEGRATED_FINANCE;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/integrated-finance",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod intercom_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("INTERCOM_WEBHOOK_SECRET")?;
    let scheme = providers::INTERCOM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/intercom",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod intercom_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::INTERCOM)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod jira_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("JIRA_WEBHOOK_SECRET")?;
    let scheme = providers::JIRA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/jira",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod kick_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("kick.pem")?;
    let scheme = providers::KICK.recipient("your broadcaster");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/kick",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod kinde_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("kinde.pem")?;
    let scheme = providers::KINDE;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/kinde",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod klaviyo_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("KLAVIYO_WEBHOOK_SECRET")?;
    let scheme = providers::KLAVIYO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/klaviyo",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod knock_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("KNOCK_WEBHOOK_SECRET")?;
    let scheme = providers::KNOCK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/knock",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod kontent_ai_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("KONTENT_AI_WEBHOOK_SECRET")?;
    let scheme = providers::KONTENT_AI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/kontent-ai",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod launchdarkly_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LAUNCHDARKLY_WEBHOOK_SECRET")?;
    let scheme = providers::LAUNCHDARKLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/launchdarkly",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod lemon_squeezy_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LEMON_SQUEEZY_WEBHOOK_SECRET")?;
    let scheme = providers::LEMON_SQUEEZY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/lemon-squeezy",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod lever_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LEVER_WEBHOOK_SECRET")?;
    let scheme = providers::LEVER.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/lever",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod line_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LINE_WEBHOOK_SECRET")?;
    let scheme = providers::LINE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/line",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod linear_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LINEAR_WEBHOOK_SECRET")?;
    let scheme = providers::LINEAR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/linear",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod linkedin_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LINKEDIN_WEBHOOK_SECRET")?;
    let scheme = providers::LINKEDIN;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/linkedin",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod linkedin_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::LINKEDIN)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod livekit_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LIVEKIT_WEBHOOK_SECRET")?;
    let scheme = providers::LIVEKIT;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/livekit",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod lob_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LOB_WEBHOOK_SECRET")?;
    let scheme = providers::LOB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/lob",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod logto_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("LOGTO_WEBHOOK_SECRET")?;
    let scheme = providers::LOGTO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/logto",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mailchimp_transactional_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILCHIMP_TRANSACTIONAL_WEBHOOK_SECRET")?;
    let scheme = providers::MAILCHIMP_TRANSACTIONAL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailchimp-transactional",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod mailchimp_transactional_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::MANDRILL)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod mailerlite_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILERLITE_WEBHOOK_SECRET")?;
    let scheme = providers::MAILERLITE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailerlite",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mailersend_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILERSEND_WEBHOOK_SECRET")?;
    let scheme = providers::MAILERSEND;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailersend",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mailgun_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILGUN_WEBHOOK_SECRET")?;
    let scheme = providers::MAILGUN.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailgun",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mailgun_form_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILGUN_FORM_WEBHOOK_SECRET")?;
    let scheme = providers::MAILGUN_FORM.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailgun-form",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mailtrap_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAILTRAP_WEBHOOK_SECRET")?;
    let scheme = providers::MAILTRAP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mailtrap",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod manus_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("manus.pem")?;
    let scheme = providers::MANUS.recipient("hooks.example.com");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/manus",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mautic_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MAUTIC_WEBHOOK_SECRET")?;
    let scheme = providers::MAUTIC;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mautic",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod meraki_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MERAKI_WEBHOOK_SECRET")?;
    let scheme = providers::MERAKI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/meraki",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod meraki_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::CISCO_MERAKI.token("the token that you agreed on"))?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod mercado_pago_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MERCADO_PAGO_WEBHOOK_SECRET")?;
    let scheme = providers::MERCADO_PAGO.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mercado-pago",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod messagebird_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MESSAGEBIRD_WEBHOOK_SECRET")?;
    let scheme = providers::MESSAGEBIRD;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/messagebird",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod messagebird_legacy_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MESSAGEBIRD_LEGACY_WEBHOOK_SECRET")?;
    let scheme = providers::MESSAGEBIRD_LEGACY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/messagebird-legacy",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod meta_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("META_WEBHOOK_SECRET")?;
    let scheme = providers::META;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/meta",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod meta_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::META.token("the token that you agreed on"))?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod metronome_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("METRONOME_WEBHOOK_SECRET")?;
    let scheme = providers::METRONOME;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/metronome",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod microsoft_graph_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("microsoft-graph.pem")?;
    let scheme = providers::MICROSOFT_GRAPH.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key).param("app_id", "your app id"))?;
    let app = Router::new().route(
        "/webhooks/microsoft-graph",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod microsoft_graph_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::MICROSOFT_GRAPH)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod microsoft_teams_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MICROSOFT_TEAMS_WEBHOOK_SECRET")?;
    let scheme = providers::MICROSOFT_TEAMS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/microsoft-teams",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod midtrans_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MIDTRANS_WEBHOOK_SECRET")?;
    let scheme = providers::MIDTRANS.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/midtrans",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod midtrans_iris_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MIDTRANS_IRIS_WEBHOOK_SECRET")?;
    let scheme = providers::MIDTRANS_IRIS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/midtrans-iris",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mobiscroll_connect_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("mobiscroll-connect.pem")?;
    let scheme = providers::MOBISCROLL_CONNECT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mobiscroll-connect",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod modern_treasury_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MODERN_TREASURY_WEBHOOK_SECRET")?;
    let scheme = providers::MODERN_TREASURY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/modern-treasury",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mollie_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MOLLIE_WEBHOOK_SECRET")?;
    let scheme = providers::MOLLIE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mollie",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod monday_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MONDAY_WEBHOOK_SECRET")?;
    let scheme = providers::MONDAY.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/monday",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod monday_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::MONDAY)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod mongodb_atlas_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MONGODB_ATLAS_WEBHOOK_SECRET")?;
    let scheme = providers::MONGODB_ATLAS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mongodb-atlas",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod monnify_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MONNIFY_WEBHOOK_SECRET")?;
    let scheme = providers::MONNIFY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/monnify",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod moonpay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MOONPAY_WEBHOOK_SECRET")?;
    let scheme = providers::MOONPAY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/moonpay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod mux_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("MUX_WEBHOOK_SECRET")?;
    let scheme = providers::MUX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/mux",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod nango_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("NANGO_WEBHOOK_SECRET")?;
    let scheme = providers::NANGO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/nango",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod netlify_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("NETLIFY_WEBHOOK_SECRET")?;
    let scheme = providers::NETLIFY;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/netlify",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod notion_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("NOTION_WEBHOOK_SECRET")?;
    let scheme = providers::NOTION;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/notion",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod npm_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("NPM_WEBHOOK_SECRET")?;
    let scheme = providers::NPM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/npm",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod nylas_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("NYLAS_WEBHOOK_SECRET")?;
    let scheme = providers::NYLAS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/nylas",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod nylas_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::NYLAS)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod okta_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("OKTA_WEBHOOK_SECRET")?;
    let scheme = providers::OKTA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/okta",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod okta_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::OKTA)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod onfido_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ONFIDO_WEBHOOK_SECRET")?;
    let scheme = providers::ONFIDO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/onfido",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod onfleet_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ONFLEET_WEBHOOK_SECRET")?;
    let scheme = providers::ONFLEET;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/onfleet",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod onfleet_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::ONFLEET)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod openai_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("OPENAI_WEBHOOK_SECRET")?;
    let scheme = providers::OPENAI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/openai",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod opennode_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("OPENNODE_WEBHOOK_SECRET")?;
    let scheme = providers::OPENNODE.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/opennode",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod orb_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ORB_WEBHOOK_SECRET")?;
    let scheme = providers::ORB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/orb",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod paddle_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PADDLE_WEBHOOK_SECRET")?;
    let scheme = providers::PADDLE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/paddle",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod paddle_classic_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("paddle-classic.pem")?;
    let scheme = providers::PADDLE_CLASSIC;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/paddle-classic",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod pagerduty_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PAGERDUTY_WEBHOOK_SECRET")?;
    let scheme = providers::PAGERDUTY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/pagerduty",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod pandadoc_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PANDADOC_WEBHOOK_SECRET")?;
    let scheme = providers::PANDADOC;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/pandadoc",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod patreon_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PATREON_WEBHOOK_SECRET")?;
    let scheme = providers::PATREON;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/patreon",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod paypal_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("paypal.pem")?;
    let scheme = providers::PAYPAL.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, KeyRing::from([key]).param("webhook_id", "your webhook id"))?;
    let app = Router::new().route(
        "/webhooks/paypal",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod paysera_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("paysera.pem")?;
    let scheme = providers::PAYSERA.only("ss3").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/paysera",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) -> &'static str {
    println!("{}", hook.payload);
    "OK"
}
}
mod paystack_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PAYSTACK_WEBHOOK_SECRET")?;
    let scheme = providers::PAYSTACK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/paystack",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod persona_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PERSONA_WEBHOOK_SECRET")?;
    let scheme = providers::PERSONA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/persona",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod phabricator_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PHABRICATOR_WEBHOOK_SECRET")?;
    let scheme = providers::PHABRICATOR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/phabricator",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod pingpp_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("pingpp.pem")?;
    let scheme = providers::PINGPP.recipient("your app");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/pingpp",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod pipedrive_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PIPEDRIVE_WEBHOOK_SECRET")?;
    let scheme = providers::PIPEDRIVE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/pipedrive",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod plaid_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("plaid.pem")?;
    let scheme = providers::PLAID;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/plaid",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod plivo_v1_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PLIVO_V1_WEBHOOK_SECRET")?;
    let scheme = providers::PLIVO_V1;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/plivo-v1",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod plivo_v2_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PLIVO_V2_WEBHOOK_SECRET")?;
    let scheme = providers::PLIVO_V2.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/plivo-v2",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod plivo_v3_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PLIVO_V3_WEBHOOK_SECRET")?;
    let scheme = providers::PLIVO_V3;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/plivo-v3",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod polar_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("POLAR_WEBHOOK_SECRET")?;
    let scheme = providers::POLAR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/polar",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod postmark_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("POSTMARK_WEBHOOK_SECRET")?;
    let scheme = providers::POSTMARK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/postmark",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod primer_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PRIMER_WEBHOOK_SECRET")?;
    let scheme = providers::PRIMER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/primer",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod printify_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PRINTIFY_WEBHOOK_SECRET")?;
    let scheme = providers::PRINTIFY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/printify",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod prismic_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PRISMIC_WEBHOOK_SECRET")?;
    let scheme = providers::PRISMIC;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/prismic",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod pulumi_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PULUMI_WEBHOOK_SECRET")?;
    let scheme = providers::PULUMI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/pulumi",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod pusher_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("PUSHER_WEBHOOK_SECRET")?;
    let scheme = providers::PUSHER;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/pusher",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod qq_bot_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("QQ_BOT_WEBHOOK_SECRET")?;
    let scheme = providers::QQ_BOT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/qq-bot",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) -> &'static str {
    println!("{}", hook.payload);
    "{\"op\":12}"
}
}
mod qstash_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("QSTASH_WEBHOOK_SECRET")?;
    let scheme = providers::QSTASH;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/qstash",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod quickbooks_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("QUICKBOOKS_WEBHOOK_SECRET")?;
    let scheme = providers::QUICKBOOKS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/quickbooks",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod quicknode_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("QUICKNODE_WEBHOOK_SECRET")?;
    let scheme = providers::QUICKNODE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/quicknode",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ramp_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RAMP_WEBHOOK_SECRET")?;
    let scheme = providers::RAMP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ramp",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod razorpay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RAZORPAY_WEBHOOK_SECRET")?;
    let scheme = providers::RAZORPAY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/razorpay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod recurly_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RECURLY_WEBHOOK_SECRET")?;
    let scheme = providers::RECURLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/recurly",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod retell_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RETELL_WEBHOOK_SECRET")?;
    let scheme = providers::RETELL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/retell",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod revenuecat_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("REVENUECAT_WEBHOOK_SECRET")?;
    let scheme = providers::REVENUECAT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/revenuecat",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod revolut_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("REVOLUT_WEBHOOK_SECRET")?;
    let scheme = providers::REVOLUT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/revolut",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod rfc9421_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RFC9421_WEBHOOK_SECRET")?;
    let scheme = providers::RFC9421;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/rfc9421",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod ringcentral_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("RINGCENTRAL_WEBHOOK_SECRET")?;
    let scheme = providers::RINGCENTRAL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/ringcentral",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod rootly_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ROOTLY_WEBHOOK_SECRET")?;
    let scheme = providers::ROOTLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/rootly",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod samsara_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SAMSARA_WEBHOOK_SECRET")?;
    let scheme = providers::SAMSARA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/samsara",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sanity_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SANITY_WEBHOOK_SECRET")?;
    let scheme = providers::SANITY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sanity",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod scalr_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SCALR_WEBHOOK_SECRET")?;
    let scheme = providers::SCALR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/scalr",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod schlage_home_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("schlage-home.pem")?;
    let scheme = providers::SCHLAGE_HOME;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/schlage-home",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod segment_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SEGMENT_WEBHOOK_SECRET")?;
    let scheme = providers::SEGMENT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/segment",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sendgrid_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("sendgrid.pem")?;
    let scheme = providers::SENDGRID;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sendgrid",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sentry_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SENTRY_WEBHOOK_SECRET")?;
    let scheme = providers::SENTRY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sentry",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod shippo_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SHIPPO_WEBHOOK_SECRET")?;
    let scheme = providers::SHIPPO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/shippo",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod shopify_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SHOPIFY_WEBHOOK_SECRET")?;
    let scheme = providers::SHOPIFY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/shopify",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod shopify_app_proxy_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SHOPIFY_APP_PROXY_WEBHOOK_SECRET")?;
    let scheme = providers::SHOPIFY_APP_PROXY.trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/shopify-app-proxy",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod shopware_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SHOPWARE_WEBHOOK_SECRET")?;
    let scheme = providers::SHOPWARE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/shopware",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sinch_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SINCH_WEBHOOK_SECRET")?;
    let scheme = providers::SINCH;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sinch",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sinch_numbers_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SINCH_NUMBERS_WEBHOOK_SECRET")?;
    let scheme = providers::SINCH_NUMBERS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sinch-numbers",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod slack_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SLACK_WEBHOOK_SECRET")?;
    let scheme = providers::SLACK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/slack",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod slack_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::SLACK)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod smartcar_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SMARTCAR_WEBHOOK_SECRET")?;
    let scheme = providers::SMARTCAR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/smartcar",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod smartsheet_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SMARTSHEET_WEBHOOK_SECRET")?;
    let scheme = providers::SMARTSHEET;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/smartsheet",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod smartsheet_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::SMARTSHEET)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod snyk_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SNYK_WEBHOOK_SECRET")?;
    let scheme = providers::SNYK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/snyk",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sonarqube_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SONARQUBE_WEBHOOK_SECRET")?;
    let scheme = providers::SONARQUBE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sonarqube",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod square_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SQUARE_WEBHOOK_SECRET")?;
    let scheme = providers::SQUARE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/square",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod squarespace_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SQUARESPACE_WEBHOOK_SECRET")?;
    let scheme = providers::SQUARESPACE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/squarespace",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod standard_webhooks_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("STANDARD_WEBHOOKS_WEBHOOK_SECRET")?;
    let scheme = providers::STANDARD_WEBHOOKS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/standard-webhooks",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod standard_webhooks_v1a_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("standard-webhooks-v1a.pem")?;
    let scheme = providers::STANDARD_WEBHOOKS_V1A;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/standard-webhooks-v1a",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod storyblok_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("STORYBLOK_WEBHOOK_SECRET")?;
    let scheme = providers::STORYBLOK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/storyblok",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod strike_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("STRIKE_WEBHOOK_SECRET")?;
    let scheme = providers::STRIKE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/strike",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod stripe_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("STRIPE_WEBHOOK_SECRET")?;
    let scheme = providers::STRIPE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/stripe",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod sumsub_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SUMSUB_WEBHOOK_SECRET")?;
    let scheme = providers::SUMSUB;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/sumsub",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod surveymonkey_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SURVEYMONKEY_WEBHOOK_SECRET")?;
    let scheme = providers::SURVEYMONKEY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/surveymonkey",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod svix_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("SVIX_WEBHOOK_SECRET")?;
    let scheme = providers::SVIX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/svix",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod taiga_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TAIGA_WEBHOOK_SECRET")?;
    let scheme = providers::TAIGA;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/taiga",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod tally_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TALLY_WEBHOOK_SECRET")?;
    let scheme = providers::TALLY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/tally",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod tatum_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TATUM_WEBHOOK_SECRET")?;
    let scheme = providers::TATUM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/tatum",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod tawk_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TAWK_WEBHOOK_SECRET")?;
    let scheme = providers::TAWK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/tawk",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod telegram_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TELEGRAM_WEBHOOK_SECRET")?;
    let scheme = providers::TELEGRAM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/telegram",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod telnyx_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("telnyx.pem")?;
    let scheme = providers::TELNYX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/telnyx",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod terraform_cloud_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TERRAFORM_CLOUD_WEBHOOK_SECRET")?;
    let scheme = providers::TERRAFORM_CLOUD;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/terraform-cloud",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod tiktok_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TIKTOK_WEBHOOK_SECRET")?;
    let scheme = providers::TIKTOK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/tiktok",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod todoist_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TODOIST_WEBHOOK_SECRET")?;
    let scheme = providers::TODOIST;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/todoist",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod travis_ci_page {
use axum::{Router, routing::post};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("travis-ci.pem")?;
    let scheme = providers::TRAVIS_CI.recipient("your owner").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/travis-ci",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod trello_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TRELLO_WEBHOOK_SECRET")?;
    let scheme = providers::TRELLO;
    let verifier = Verifier::new(scheme, KeyRing::from([key]).param("callback_url", "your callback url"))?;
    let app = Router::new().route(
        "/webhooks/trello",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod trello_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::TRELLO)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod twilio_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TWILIO_WEBHOOK_SECRET")?;
    let scheme = providers::TWILIO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/twilio",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod twitch_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TWITCH_WEBHOOK_SECRET")?;
    let scheme = providers::TWITCH;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/twitch",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod twitch_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::TWITCH)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod typeform_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("TYPEFORM_WEBHOOK_SECRET")?;
    let scheme = providers::TYPEFORM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/typeform",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod uber_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("UBER_WEBHOOK_SECRET")?;
    let scheme = providers::UBER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/uber",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod unit_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("UNIT_WEBHOOK_SECRET")?;
    let scheme = providers::UNIT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/unit",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vercel_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VERCEL_WEBHOOK_SECRET")?;
    let scheme = providers::VERCEL;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vercel",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod veriff_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VERIFF_WEBHOOK_SECRET")?;
    let scheme = providers::VERIFF;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/veriff",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod viber_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VIBER_WEBHOOK_SECRET")?;
    let scheme = providers::VIBER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/viber",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod viber_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::VIBER)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod videosdk_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("videosdk.pem")?;
    let scheme = providers::VIDEOSDK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/videosdk",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/vonage",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_sms_md5_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_SMS_MD5_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE_SMS_MD5.only("query").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vonage-sms-md5",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_sms_md5hash_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_SMS_MD5HASH_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE_SMS_MD5HASH.only("query").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vonage-sms-md5hash",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_sms_sha1_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_SMS_SHA1_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE_SMS_SHA1.only("query").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vonage-sms-sha1",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_sms_sha256_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_SMS_SHA256_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE_SMS_SHA256.only("query").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vonage-sms-sha256",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod vonage_sms_sha512_page {
use axum::{Router, routing::get};
use hookward::axum::Proven;
use hookward::tower::VerifyLayer;
use hookward::{Key, Trust, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("VONAGE_SMS_SHA512_WEBHOOK_SECRET")?;
    let scheme = providers::VONAGE_SMS_SHA512.only("query").trust(Trust::Proven);
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/vonage-sms-sha512",
        get(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Proven<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod webex_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WEBEX_WEBHOOK_SECRET")?;
    let scheme = providers::WEBEX;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/webex",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod webflow_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WEBFLOW_WEBHOOK_SECRET")?;
    let scheme = providers::WEBFLOW;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/webflow",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod wechatpay_v3_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("wechatpay-v3.pem")?;
    let scheme = providers::WECHATPAY_V3;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/wechatpay-v3",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod whop_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WHOP_WEBHOOK_SECRET")?;
    let scheme = providers::WHOP;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/whop",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod wise_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("wise.pem")?;
    let scheme = providers::WISE.recipient("your subscription");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/wise",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod wix_page {
use axum::body::Bytes;
use axum::{Router, routing::post};
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("wix.pem")?;
    let scheme = providers::WIX;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/wix",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(Verified(proof): Verified, body: Bytes) {
    println!("{} bytes, proven: {}", body.len(), proof.covers());
}
}
mod woocommerce_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WOOCOMMERCE_WEBHOOK_SECRET")?;
    let scheme = providers::WOOCOMMERCE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/woocommerce",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod woovi_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WOOVI_WEBHOOK_SECRET")?;
    let scheme = providers::WOOVI;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/woovi",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod woovi_rsa_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("woovi-rsa.pem")?;
    let scheme = providers::WOOVI_RSA.recipient("your company");
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/woovi-rsa",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod workable_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WORKABLE_WEBHOOK_SECRET")?;
    let scheme = providers::WORKABLE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/workable",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod workos_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WORKOS_WEBHOOK_SECRET")?;
    let scheme = providers::WORKOS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/workos",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod worldline_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WORLDLINE_WEBHOOK_SECRET")?;
    let scheme = providers::WORLDLINE;
    let verifier = Verifier::new(scheme, KeyRing::default().with("key-1", key))?;
    let app = Router::new().route(
        "/webhooks/worldline",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod worldpay_access_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("WORLDPAY_ACCESS_WEBHOOK_SECRET")?;
    let scheme = providers::WORLDPAY_ACCESS;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/worldpay-access",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod x_hub_signature_sha1_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("X_HUB_SIGNATURE_SHA1_WEBHOOK_SECRET")?;
    let scheme = providers::X_HUB_SIGNATURE_SHA1;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/x-hub-signature-sha1",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod x_hub_signature_sha256_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("X_HUB_SIGNATURE_SHA256_WEBHOOK_SECRET")?;
    let scheme = providers::X_HUB_SIGNATURE_SHA256;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/x-hub-signature-sha256",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod x_hub_signature_sha256_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::WEBSUB.allow("what you expect"))?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod x_hub_signature_sha512_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("X_HUB_SIGNATURE_SHA512_WEBHOOK_SECRET")?;
    let scheme = providers::X_HUB_SIGNATURE_SHA512;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/x-hub-signature-sha512",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod x_twitter_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("X_TWITTER_WEBHOOK_SECRET")?;
    let scheme = providers::X_TWITTER;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/x-twitter",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod x_twitter_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::X_TWITTER)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod xendit_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("XENDIT_WEBHOOK_SECRET")?;
    let scheme = providers::XENDIT;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/xendit",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod xero_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("XERO_WEBHOOK_SECRET")?;
    let scheme = providers::XERO;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/xero",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod xero_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::XERO)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
mod yousign_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("YOUSIGN_WEBHOOK_SECRET")?;
    let scheme = providers::YOUSIGN;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/yousign",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zendesk_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ZENDESK_WEBHOOK_SECRET")?;
    let scheme = providers::ZENDESK;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/zendesk",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zenovay_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ZENOVAY_WEBHOOK_SECRET")?;
    let scheme = providers::ZENOVAY;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/zenovay",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zenskar_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ZENSKAR_WEBHOOK_SECRET")?;
    let scheme = providers::ZENSKAR;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/zenskar",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zentitle_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_file("zentitle.pem")?;
    let scheme = providers::ZENTITLE;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/zentitle",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zoom_page {
use axum::{Router, routing::post};
use hookward::axum::Webhook;
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_env("ZOOM_WEBHOOK_SECRET")?;
    let scheme = providers::ZOOM;
    let verifier = Verifier::new(scheme, key)?;
    let app = Router::new().route(
        "/webhooks/zoom",
        post(on_event).layer(VerifyLayer::new(verifier)),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn on_event(hook: Webhook<serde_json::Value>) {
    println!("{}", hook.payload);
}
}
mod zoom_validation {
use hookward::{Verifier, tower::VerifyLayer};

fn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {
use hookward::{Endpoint, handshakes};

let endpoint = Endpoint::new(verifier)
    .handshake(handshakes::ZOOM)?;
let layer = VerifyLayer::new(endpoint);
Ok(layer)
}
}
