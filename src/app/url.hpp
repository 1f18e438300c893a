#pragma once

#include <string>
#include <string_view>

namespace pay::app {

/// Whether somebody can be reached at this URL: `http://` or `https://`, a host, no blanks.
bool is_web_url(std::string_view text);

/// `http://` and a host that is not this machine: what is sent there can be read on its way.
bool is_plain_beyond_loopback(std::string_view url);

/// The text with `***` for what stands between `://` and the last `@`: it may be a password, and is never
/// shown.
std::string without_login(std::string_view text);

/// Throws ConfigurationError for a URL with a login that was typed as a flag, where the list of processes
/// shows it: the environment variable is the place for it.
void refuse_login(std::string_view flag, std::string_view url, std::string_view environment);

}  // namespace pay::app
