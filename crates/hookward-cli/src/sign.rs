use std::process::ExitCode;

use hookward_core::{
    KeyRing, Rejection, Scheme, Signed, Signer, UnixTime, Verifier, is_printable, printable,
};
use serde_json::json;

use crate::args::SignArgs;
use crate::fault::{Fault, print, print_json, tell_line};
use crate::{input, select};

/// The absolute URL of a request that names its host in a header.
fn with_host(target: http::Uri, host: &http::HeaderValue) -> Result<http::Uri, Fault> {
    let mut parts = target.into_parts();
    parts.scheme = Some(http::uri::Scheme::HTTPS);
    parts.authority = host.to_str().ok().and_then(|host| host.parse().ok());
    http::Uri::from_parts(parts)
        .map_err(|_| Fault::new("header `host` is not a host with an optional port"))
}

pub(crate) fn run(args: &SignArgs) -> Result<ExitCode, Fault> {
    let scheme = select::scheme(&args.selection.parties)?;
    let ring = select::ring(&args.selection.parties)?;
    let signer = Signer::new(&scheme, ring.clone()).map_err(Fault::new)?;
    let mut received = input::read_request(&args.selection)?;
    if let Some(url) = &args.curl {
        received.url.clone_from(url);
    }
    let now = args
        .selection
        .now
        .map_or_else(UnixTime::now, UnixTime::from_secs);

    let mut request = http::Request::new(received.body);
    *request.method_mut() = received
        .method
        .parse()
        .map_err(|_| Fault::new(format!("`{}` is not a method", printable(&received.method))))?;
    let uri: http::Uri = received
        .url
        .parse()
        .map_err(|_| Fault::new(format!("`{}` is not a URL", printable(&received.url))))?;
    *request.uri_mut() = match received.headers.get(http::header::HOST) {
        Some(host) if uri.authority().is_none() => with_host(uri, host)?,
        _ => uri,
    };
    *request.headers_mut() = received.headers;
    let signed = signer
        .sign(&request, now, args.id.as_deref())
        .map_err(Fault::new)?;
    if let Some(body) = signed.body() {
        *request.body_mut() = body.to_vec();
    }
    if let Some(rejection) = refusal(args, scheme.clone(), ring, &request, &signed, now)? {
        let (code, message) = (rejection.code().as_str(), rejection.to_string());
        if args.json {
            print_json(&json!({"provider": scheme.name, "code": code, "message": message}));
        } else {
            tell_line(&format!("rejected: {code}: {message}"));
        }
        return Ok(ExitCode::from(1));
    }
    let curl = args.curl.as_ref().map(|url| {
        let url = signed
            .uri()
            .map_or_else(|| url.clone(), ToString::to_string);
        // The signed content differs from the file.
        let file = args.selection.body.as_deref();
        (url, file.filter(|_| signed.body().is_none()))
    });

    let mut lines = Vec::new();
    for (name, value) in signed.headers() {
        let value = value
            .to_str()
            .map_err(|_| Fault::new("a header value that is not text"))?;
        lines.push(format!("{name}: {value}"));
    }
    if args.json {
        let headers: Vec<_> = signed
            .headers()
            .iter()
            .zip(&lines)
            .map(|((name, _), line)| {
                let value = line.split_once(": ").map_or("", |(_, value)| value);
                json!({"name": name.as_str(), "value": value})
            })
            .collect();
        let curl = curl
            .map(|(url, file)| command(file, &request, &url, &lines))
            .transpose()?;
        let found = json!({
            "provider": scheme.name,
            "timestamp": now.as_secs(),
            "headers": headers,
            "url": signed.uri().map(ToString::to_string),
            "body": signed.body().map(String::from_utf8_lossy),
            "curl": curl,
        });
        print_json(&found);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some((url, file)) = curl {
        print(&command(file, &request, &url, &lines)?);
        return Ok(ExitCode::SUCCESS);
    }
    if signed.uri().is_some() || signed.body().is_some() {
        return Err(Fault::new(format!(
            "the signature is in the {}: there are no headers to print",
            scheme.signature.at
        ))
        .help("--curl URL prints a command that sends the request, --json shows its parts"));
    }
    print(&(lines.join("\n") + "\n"));
    Ok(ExitCode::SUCCESS)
}

/// Why a receiver with the same scheme and keys would reject the signed request.
///
/// A private key cannot verify, so its signatures are not checked; nor are requests for a
/// scheme whose verifier needs more settings.
fn refusal(
    args: &SignArgs,
    scheme: Scheme,
    ring: KeyRing,
    request: &http::Request<Vec<u8>>,
    signed: &Signed,
    now: UnixTime,
) -> Result<Option<Rejection>, Fault> {
    let forms = &args.selection.parties.forms;
    let scheme = match forms.recipients.is_empty() {
        true => scheme.any_recipient(),
        false => scheme,
    };
    let Ok(mut verifier) = Verifier::new(scheme, ring) else {
        return Ok(None);
    };
    verifier = select::with_hosts(verifier, &args.selection.hosts)?;
    let mut request = request.clone();
    // A recorded delivery contains the headers that are being replaced.
    for (name, _) in signed.headers() {
        request.headers_mut().remove(name);
    }
    signed.clone().apply(&mut request);
    if request.uri().authority().is_some() {
        verifier = verifier
            .with_exact_url(&request.uri().to_string())
            .map_err(Fault::new)?;
    }
    Ok(verifier.verify_at(&request, now).err())
}

/// A command that sends the signed request.
fn command(
    file: Option<&str>,
    request: &http::Request<Vec<u8>>,
    url: &str,
    lines: &[String],
) -> Result<String, Fault> {
    let mut command = String::from("curl -i");
    if request.method() != "POST" {
        command += &format!(" -X {}", quoted(request.method().as_str()));
    }
    for (name, value) in request.headers() {
        if let Ok(value) = value.to_str() {
            command += &format!(" \\\n  -H {}", quoted(&format!("{name}: {value}")));
        }
    }
    if !request.headers().contains_key("content-type") {
        command += " \\\n  -H 'content-type: application/json'";
    }
    for line in lines {
        command += &format!(" \\\n  -H {}", quoted(line));
    }
    let body = match file {
        Some(file) if file != "-" => format!("@{file}"),
        _ => match std::str::from_utf8(request.body()) {
            Ok(text) if !text.starts_with('@') && !text.contains('\0') => text.to_owned(),
            _ => {
                return Err(Fault::new("the body cannot be part of a shell command")
                    .help("give it as a file: --body FILE"));
            }
        },
    };
    command += &format!(
        " \\\n  --data-binary {} \\\n  {}\n",
        quoted(&body),
        quoted(url)
    );
    // An escaped character would change the request, and an unescaped one could change
    // the command as displayed.
    if command
        .chars()
        .any(|c| !is_printable(c) && !matches!(c, '\n' | '\t'))
    {
        return Err(Fault::new(
            "the request contains characters that cannot be displayed in a shell command",
        )
        .help("give the body as a file: --body FILE; --json shows all parts"));
    }
    Ok(command)
}

/// Quoted as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
