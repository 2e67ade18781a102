"""A message centre of the package smpp34. Prints its port, then each message as a line of JSON; sends the receipts that are
asked for, those of numbers that end in 0 as undeliverable."""

import asyncio
import json
import socket

import smpp34


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def main():
    port = free_port()
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="centre")
    await server.start()
    print(port)
    sessions = {}
    count = 0
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            sessions[event.session_id] = event
            print(json.dumps({"bound": event.system_id, "receives": event.can_receive}))
        elif isinstance(event, smpp34.SubmitSmEvent):
            count += 1
            message_id = f"m{count}"
            event.accept(message_id=message_id)
            print(
                json.dumps(
                    {
                        "source": [event.source_addr, event.source_addr_ton, event.source_addr_npi],
                        "destination": [event.destination_addr, event.dest_addr_ton, event.dest_addr_npi],
                        "esm_class": event.esm_class,
                        "data_coding": event.data_coding,
                        "registered": event.registered_delivery,
                        "text": bytes(event.short_message).hex(),
                        "tlvs": {str(tlv.tag): bytes(tlv.value).hex() for tlv in event.tlvs},
                    }
                )
            )
            if event.registered_delivery:
                state = "UNDELIV" if event.destination_addr.endswith("0") else "DELIVRD"
                await sessions[event.session_id].deliver_sm(
                    source_addr=event.destination_addr,
                    destination_addr=event.source_addr,
                    esm_class=0x04,
                    short_message=f"id:{message_id} sub:001 dlvrd:001 stat:{state} err:000 text:".encode(),
                )


asyncio.run(main())
