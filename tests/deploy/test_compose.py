"""compose.yaml and compose.cluster.yaml: read by compose's own reader when there is one, and held to what they promise.

Store Manager's own compose file must work beside ours unchanged: its service names, ports and container names, as
its published copies have them, stand below.
"""

import json
import re
import string
import subprocess

import pytest
import yaml
from support.service import ROOT, run
from support.stores import OnServer
from support.tools import compose_reader

FILES = ["compose.yaml", "compose.cluster.yaml"]
SHARED = "labo05-network"
STORE_SERVICES = {"store_manager", "locust", "prometheus", "mysql", "redis", "krakend", "jaeger"}
STORE_CONTAINERS = {"store_manager", "prometheus"}  # and its gateway: "api-gateway" or "krakend-gateway"
STORE_PORTS = {5000, 8089, 9090, 3306, 6379}  # and its gateway: 8080


def services(file):
    return yaml.safe_load((ROOT / file).read_text())["services"]


ONE = services("compose.yaml")
CLUSTER = services("compose.cluster.yaml")
OURS = [ONE["payments_api"], *(CLUSTER[f"payments-{number}"] for number in (1, 2, 3))]


def published(service):
    """(address, port) by default, of each port."""
    plain = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", port) for port in service.get("ports", [])]
    return [(address, int(port)) for address, port, _ in (port.split(":") for port in plain)]


@pytest.mark.parametrize("file", FILES)
def test_composes_own_reader_accepts_the_file(file):
    done = subprocess.run([compose_reader(), file], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    model = yaml.safe_load(done.stdout)
    assert model["networks"][SHARED] == {"name": SHARED, "external": True}
    assert model["services"]["payments-gateway"]["container_name"] == "api-gateway"


def test_the_names_are_those_of_the_labs():
    api = ONE["payments_api"]
    assert api["container_name"] == "payments_api" and published(api) == [("127.0.0.1", 5009)]
    assert SHARED in api["networks"]
    assert ONE["payments-gateway"]["container_name"] == "${GATEWAY_NAME:-api-gateway}"
    assert published(ONE["payments-gateway"]) == [("127.0.0.1", 8080)]
    assert ONE["mysql_payments"]["image"] == "mysql:8.4"
    assert ONE["mysql_payments"]["environment"]["MYSQL_DATABASE"] == "labo05_payments_db"
    names = {"DB_HOST": "mysql_payments", "DB_PORT": "3306", "DB_NAME": "labo05_payments_db", "DB_USER": "labo05"}
    assert names.items() <= api["environment"].items()
    assert "DATABASE_URL" not in api["environment"], "it would win"


@pytest.mark.parametrize("file", FILES)
def test_store_managers_compose_file_works_beside_it(file):
    """Its gateway and ours are one address: one of them stays away, or ours takes another name and port."""
    ours = services(file)
    on_shared = {name for name, service in ours.items() if SHARED in service["networks"]}
    aliases = {"payments_api"} | on_shared
    assert not aliases & STORE_SERVICES
    assert not {service.get("container_name") for service in ours.values()} & STORE_CONTAINERS
    assert not {port for service in ours.values() for _, port in published(service)} & STORE_PORTS


@pytest.mark.parametrize("file", FILES)
def test_databases_are_reached_by_nobody_else(file):
    document = yaml.safe_load((ROOT / file).read_text())
    assert document["networks"]["database"] == {"internal": True}
    for name, service in document["services"].items():
        if "mysql" in name or "galera" in name:
            assert service["networks"] == ["database"] and not service.get("ports")


@pytest.mark.parametrize("service", OURS)
def test_the_service_is_confined(service):
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].rstrip("s")) > 5, "serve takes up to 5 s to finish what it began"
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", OURS)
def test_the_gateway_does_not_give_up_before_the_service_does(service):
    """A call waits for its turn half of its timeout at most; a second is left for commits."""
    gateway = json.loads((ROOT / "deploy/krakend/krakend.json").read_text())
    most = int(gateway["timeout"].removesuffix("s")) * 1000 - 1000
    for provider in ("STRIPE", "PAYPAL"):
        timeout = re.fullmatch(r"\$\{\w+:-(\d+)\}", service["environment"][f"PAYMENT_{provider}_TIMEOUT_MS"])
        assert int(timeout.group(1)) * 3 / 2 <= most


@pytest.mark.parametrize("service", OURS)
def test_the_program_knows_every_setting(service):
    told = run("serve", "--help").stdout
    assert "command" not in service, "what is a flag there cannot be changed by a setting"
    for name in service["environment"]:
        flag = "--" + name.removeprefix("PAYMENT_").lower().replace("_", "-")
        assert re.search(rf"\b{name}\b|^\s+{flag}\b", told, re.M), name


@pytest.mark.parametrize("service", OURS)
def test_shops_without_keys_come_in_and_an_operator_can_end_that(service):
    """`-`, not `:-`: an empty name means that nobody comes in without a key."""
    assert service["environment"]["PAYMENT_OPEN"] == "${PAYMENT_OPEN:-true}"
    assert service["environment"]["PAYMENT_ANONYMOUS_CLIENT"] == "${PAYMENT_ANONYMOUS_CLIENT-store-manager}"


@pytest.mark.parametrize("service", OURS)
def test_orders_are_told_through_the_gateway(service):
    value = service["environment"]["STORE_MANAGER_ORDERS_URL"]
    assert value == "${STORE_MANAGER_ORDERS_URL:-http://payments-gateway:8080/store-manager-api/orders}"


@pytest.mark.parametrize("file", FILES)
def test_passwords_come_from_the_environment(file):
    text = (ROOT / file).read_text()
    for line in text.splitlines():
        if re.search(r"PASSWORD:|://labo05:", line):
            assert "${PAYMENTS_DB_" in line, line


ALLOWED = string.ascii_letters + string.digits + "-._~"


def test_the_clusters_password_is_the_same_for_the_server_and_in_a_url(mariadb_server, tmp_path):
    """The server takes it as it stands, the service decodes it: of the allowed characters none may mean anything else."""
    for file in ("compose.cluster.yaml", "deploy/README.md"):
        assert re.search(r"letters, digits and `?- \. _ ~`? only", (ROOT / file).read_text()), file
    defaults = re.findall(r"\$\{PAYMENTS_DB_PASSWORD:-([^}]*)\}", (ROOT / "compose.cluster.yaml").read_text())
    assert defaults and set("".join(defaults)) <= set(ALLOWED)
    database, user = OnServer("mariadb", mariadb_server), "allowed"
    database.sql(f"CREATE USER {user}@'%' IDENTIFIED BY '{ALLOWED}'")
    try:
        database.sql(f"GRANT ALL ON {database.name}.* TO {user}@'%'")
        template = CLUSTER["payments-1"]["environment"]["DATABASE_URL"]
        url = template.replace("${PAYMENTS_DB_PASSWORD:-labo05}", ALLOWED).replace("labo05:", f"{user}:")
        url = re.sub(r"@.*", f"@127.0.0.1:{mariadb_server.port}/{database.name}", url)
        done = run("migrate", env={"DATABASE_URL": url}, cwd=tmp_path)
        assert done.returncode == 0, done
    finally:
        database.sql(f"DROP USER {user}@'%'")
        database.drop()


def test_three_instances_have_the_gateways_one_name_and_a_node_each():
    firsts = []
    for number in (1, 2, 3):
        service = CLUSTER[f"payments-{number}"]
        assert service["networks"][SHARED]["aliases"] == ["payments_api"]
        hosts = re.search(r"@([^/]+)/labo05_payments_db$", service["environment"]["DATABASE_URL"]).group(1).split(",")
        assert sorted(hosts) == ["galera-1", "galera-2", "galera-3"]
        firsts.append(hosts[0])
        assert CLUSTER[f"galera-{number}"]["hostname"] == f"galera-{number}"
        assert CLUSTER[f"galera-{number}"]["environment"]["GALERA_NODES"] == "galera-1 galera-2 galera-3"
    assert len(set(firsts)) == 3


@pytest.mark.parametrize("file", FILES)
def test_mounted_files_exist_and_are_not_written(file):
    for service in services(file).values():
        for volume in service.get("volumes", []):
            source, _, mode = (volume.split(":") + [""])[:3]
            if source.startswith("./"):
                assert (ROOT / source).is_file() and mode == "ro"
