//! HTTPS without a proxy.

use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::fixture::DataDir;
use crate::process::{ServerProcess, output_of_failed_start};

#[test]
fn with_a_certificate_the_port_speaks_https() {
    let data = DataDir::new();
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert_file, key_file) = (data.path().join("cert.pem"), data.path().join("key.pem"));
    fs::write(&cert_file, cert.pem()).unwrap();
    fs::write(&key_file, signing_key.serialize_pem()).unwrap();
    let files = [cert_file.to_str().unwrap(), key_file.to_str().unwrap()];
    let options = ["--tls-cert", files[0], "--tls-key", files[1]];
    let server = ServerProcess::start(data.path(), &options);

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, server.connect());
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // The server may end the connection without a word of TLS: the answer is whole anyway.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"ok\""), "{answer}");
    drop(server);

    let swapped = ["--tls-cert", files[1], "--tls-key", files[0]];
    let output = output_of_failed_start(data.path(), &swapped);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("not usable as --tls-cert"), "{message}");
    let output = output_of_failed_start(data.path(), &options[..2]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--tls-key"), "{message}");
}
