"""`triagebot token`: made once, listed without itself, ended."""


def test_a_token_lives(run, tmp_path):
    (tmp_path / "var").mkdir()
    run("user", "add", "小林")
    made = run("--json", "token", "add", "小林", "crm").json
    assert made["token"].startswith("tb_")
    listed = run("--json", "token", "list", "小林")
    assert listed.json == [{"id": made["id"], "name": "crm"}]
    assert run("token", "revoke", "小林", made["id"]).code == 0
    assert run("token", "revoke", "小林", 99).code == 5
    assert run("--json", "token", "list", "小林").json == []
    assert run("token", "add", "nobody", "crm").code == 5
