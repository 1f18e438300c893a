#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pay::app {

/// What one setting is called: `--batch-limit`, `PAYMENT_BATCH_LIMIT`, `batch-limit = 256` in the file.
struct Setting {
  std::string name;
  std::string environment;
  std::string fallback;
  std::string help;
  bool is_switch = false;  ///< typed without a value
  bool is_secret = false;  ///< has no flag, which the list of processes would show
};

/// All of them, those of every provider among them.
std::span<const Setting> settings();

/// Nothing when there is no such setting.
const Setting* find_setting(std::string_view name);

/// Texts by the names of settings, as given in one place.
using Values = std::map<std::string, std::string, std::less<>>;

/// A value that cannot be used; `what()` is one line that says what to write instead.
class ConfigurationError : public std::runtime_error {
  using runtime_error::runtime_error;
};

}  // namespace pay::app
