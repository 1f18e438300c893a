#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/configuration.hpp"

namespace pay::app {

/// `sqlite:FILE`, `mysql://user:password@host1:port,host2/name?tls=off|on|verify&ca=FILE`; user, password and
/// name percent-decoded. Throws ConfigurationError.
DatabaseOptions parse_database_url(std::string_view url, Currency default_currency);

/// The reference's variables: DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD or DB_PASS. Nothing without
/// DB_HOST. Throws ConfigurationError.
std::optional<DatabaseOptions> database_of_reference(
    const std::function<std::optional<std::string>(std::string_view)>& environment,
    Currency default_currency);

/// A password stands in it.
bool holds_password(std::string_view url);

}  // namespace pay::app
