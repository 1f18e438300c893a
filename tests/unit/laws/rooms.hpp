#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace pay::laws {

/// What the files directly in one folder of `src` may include, besides each other and the standard library.
/// An entry that ends with `/` is everything below a folder, any other is one header.
struct Room {
  std::string_view folder;
  std::vector<std::string_view> own;          ///< written with quotes
  std::vector<std::string_view> third_party;  ///< written with angle brackets
};

/// The table of rooms of docs/architecture.md, as data. A folder that is not in it is not allowed.
inline const std::vector<Room> rooms{
    {"base", {}, {"fmt/", "spdlog/", "prometheus/", "string.h"}},
    {"model", {"base/"}, {"fmt/"}},

    {"storage", {"base/", "model/"}, {"fmt/"}},
    {"storage/sqlite",
     {"base/", "model/", "storage/store.hpp", "storage/client_columns.hpp", "storage/columns.hpp",
      "storage/notification_columns.hpp", "storage/attempt_columns.hpp", "storage/filter.hpp",
      "storage/script.hpp", "sqlite_0001_payments.hpp", "sqlite_0002_shop.hpp", "sqlite_0003_providers.hpp"},
     {"fmt/", "sqlite3.h", "fcntl.h", "sys/file.h", "unistd.h"}},
    {"storage/mysql",
     {"base/", "model/", "storage/store.hpp", "storage/client_columns.hpp", "storage/columns.hpp",
      "storage/notification_columns.hpp", "storage/attempt_columns.hpp", "storage/filter.hpp",
      "storage/script.hpp", "mysql_0001_payments.hpp", "mysql_0002_shop.hpp", "mysql_0003_providers.hpp"},
     {"fmt/", "mysql.h"}},

    {"provider",
     {"base/", "model/", "http/client.hpp", "provider/simulator/", "provider/stripe/", "provider/paypal/"},
     {"fmt/", "string.h"}},
    {"provider/simulator",
     {"base/", "model/", "provider/at_once.hpp", "provider/outcome.hpp", "provider/provider.hpp",
      "provider/registry.hpp"},
     {"fmt/"}},
    {"provider/stripe",
     {"base/", "model/", "http/client.hpp", "provider/exchange.hpp", "provider/http_provider.hpp",
      "provider/outcome.hpp", "provider/provider.hpp", "provider/registry.hpp", "provider/webhook.hpp"},
     {"fmt/", "boost/json/", "openssl/"}},
    {"provider/paypal",
     {"base/", "model/", "http/client.hpp", "provider/exchange.hpp", "provider/http_provider.hpp",
      "provider/outcome.hpp", "provider/provider.hpp", "provider/registry.hpp", "provider/webhook.hpp"},
     {"fmt/", "boost/json/", "openssl/"}},

    {"command",
     {"base/", "model/", "storage/store.hpp", "provider/at_once.hpp", "provider/provider.hpp",
      "provider/outcome.hpp"},
     {"fmt/", "openssl/"}},
    {"flow",
     {"base/", "model/", "command/", "storage/attempt_store.hpp", "storage/errors.hpp",
      "provider/at_once.hpp", "provider/provider.hpp", "provider/outcome.hpp"},
     {"fmt/"}},
    {"query", {"base/", "model/", "storage/store.hpp"}, {"fmt/"}},

    {"view",
     {"base/", "model/", "command/commands.hpp", "query/queries.hpp", "openapi.json.hpp", "docs.html.hpp"},
     {"fmt/", "boost/json/", "string.h"}},
    {"http",
     {"base/"},
     {"fmt/", "boost/asio/", "boost/beast/", "openssl/", "curl/", "string.h", "sys/socket.h", "unistd.h"}},

    {"outbox",
     {"base/", "model/", "storage/outbox_store.hpp", "storage/errors.hpp", "http/client.hpp",
      "outbox/store_manager/", "outbox/event/"},
     {"fmt/"}},
    {"outbox/store_manager", {"base/", "model/", "http/client.hpp"}, {"fmt/", "boost/json/"}},
    {"outbox/event", {"base/", "model/", "http/client.hpp"}, {"fmt/"}},
    {"client",
     {"base/", "model/", "storage/client_store.hpp", "storage/errors.hpp"},
     {"fmt/", "openssl/", "arpa/inet.h"}},

    {"controller",
     {"base/", "command/", "flow/", "query/", "view/", "client/", "provider/webhook.hpp",
      "outbox/notifier.hpp", "http/message.hpp", "http/handler.hpp", "http/router.hpp"},
     {"fmt/", "boost/asio/"}},

    {"app",
     {"base/", "model/", "command/", "flow/", "query/", "view/", "controller/", "http/", "outbox/", "client/",
      "provider/", "storage/", "app/cli/command_line.hpp", "app/cli/subcommands.hpp"},
     {"fmt/", "boost/asio/", "boost/system/", "CLI/", "sys/resource.h", "unistd.h"}},
    {"app/cli",
     {"base/", "model/", "command/", "flow/", "query/", "view/", "controller/", "http/", "outbox/", "client/",
      "provider/", "storage/", "app/"},
     {"fmt/", "boost/asio/", "boost/system/", "CLI/", "fcntl.h", "unistd.h"}},
};

}  // namespace pay::laws
