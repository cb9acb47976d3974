//! The Rust blocks of the guide, which are compiled and run. The programs of the
//! quick start are in `tests/guide/quick_start`.

/// The receivers on the pages of the providers. They are checked for types and not
/// compiled further: 282 programs would take minutes.
///
/// ```no_run,standalone_crate
/// include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider_programs.rs"));
/// fn main() {}
/// ```
struct Providers;

macro_rules! pages {
    ($($name:ident: $page:literal,)*) => {
        $(
            #[doc = include_str!(concat!("../../docs/", $page))]
            struct $name;
        )*
    };
}

pages! {
    Adapters: "adapters.md",
    AsyncStripe: "migrating/async-stripe.md",
    Coverage: "coverage.md",
    Deliveries: "deliveries.md",
    Events: "events.md",
    Handshakes: "handshakes.md",
    MessageSignatures: "message-signatures.md",
    Stores: "stores.md",
    ByHand: "migrating/README.md",
    CustomScheme: "custom-scheme.md",
    Github: "migrating/github.md",
    NoFramework: "quick-start/no-framework.md",
    SecurityModel: "security-model.md",
    StandardWebhooks: "migrating/standardwebhooks.md",
    Svix: "migrating/svix.md",
    Tenants: "tenants.md",
    Testing: "testing.md",
    WebhookVerify: "migrating/webhook-verify.md",
    Webhooksmith: "migrating/webhooksmith.md",
}
