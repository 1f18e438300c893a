#pragma once

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"

namespace pay::app {

/// A variable's value by its name; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

enum class Place : std::uint8_t { flags, environment, file };
/// Whoever says something first is believed.
inline constexpr std::array places{Place::flags, Place::environment, Place::file};

/// What was said of settings, wherever it was. All that it is made of outlives it.
class Sources {
 public:
  Sources(const Values& flags, const Environment& environment, const Values& file)
      : flags_(flags), environment_(environment), file_(file) {}

  /// What the first place says, or what holds without a word.
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> find(std::string_view name, Place place) const;
  /// An empty variable counts as absent.
  [[nodiscard]] std::optional<std::string> environment(std::string_view name) const;

 private:
  const Values& flags_;
  const Environment& environment_;
  const Values& file_;
};

/// Throws ConfigurationError: `--name cannot be 'value'; write …`, without a login that the value holds.
[[noreturn]] void refuse(std::string_view name, std::string_view value, std::string_view wanted);

/// `true` or `false`. Throws ConfigurationError.
bool parse_switch(std::string_view name, std::string_view text);

/// What stands between commas, without the blanks around it; an empty text has nothing.
std::vector<std::string> split_list(std::string_view text);

/// Throws ConfigurationError unless the text is a whole number within both limits, themselves included.
template <class Number>
Number parse_number(std::string_view name, std::string_view text, std::type_identity_t<Number> least,
                    std::type_identity_t<Number> most) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    refuse(name, text, fmt::format("a whole number from {} to {}", least, most));
  }
  return number;
}

}  // namespace pay::app
