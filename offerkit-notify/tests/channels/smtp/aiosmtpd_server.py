"""An aiosmtpd server. Prints its port, and for every mail one line of JSON with what arrived, parsed by Python's email package.

Arguments: plain | tls | starttls, the folder of cert.pem and key.pem, the extensions to leave out ("none" for none).
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# It is told to ask for a login under TLS that it does not know of, and warns.
warnings.simplefilter("ignore")


def login(server, session, envelope, mechanism, data):
    return AuthResult(handled=False, success=data.login == b"asha" and data.password == "gold \u20b9".encode())


class Printer:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [line for line in responses if not any(line[4:].startswith(name) for name in left_out)]

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        wire = envelope.original_content
        part = lambda kind: (found := mail.get_body((kind,))) and found.get_content()
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "options": envelope.mail_options,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "type": mail.get_content_type(),
            "plain": part("plain"),
            "html": part("html"),
            "is_encrypted": server.transport.get_extra_info("sslcontext") is not None,
            "is_authenticated": bool(session.authenticated),
            "bare": wire.replace(b"\r\n", b"").count(b"\r") + wire.replace(b"\r\n", b"").count(b"\n"),
            "longest": max(map(len, wire.split(b"\r\n"))),
            "defects": [type(defect).__name__ for defect in mail.defects],
        }))
        return "250 2.0.0 taken"


async def main(mode, folder):
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    loop = asyncio.get_running_loop()

    def session():
        starttls = mode == "starttls"
        return SMTP(
            Printer(),
            enable_SMTPUTF8="SMTPUTF8" not in left_out,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=None if mode == "plain" else login,
            auth_required=mode != "plain",
            auth_require_tls=starttls,
            data_size_limit=200_000,
            loop=loop,
        )

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1])
    await server.serve_forever()


left_out = sys.argv[3].split(",")
asyncio.run(main(sys.argv[1], sys.argv[2]))
