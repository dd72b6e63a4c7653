import socket


def test_a_port_in_use_is_a_usage_error(sweep, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = sweep("serve", str(folder), "--port", str(port))
    assert answer.status == 2
    assert f"127.0.0.1:{port}: this address is in use; choose another --port" in answer.err
