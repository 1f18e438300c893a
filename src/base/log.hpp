#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// Structured logs: a message and named fields, as one readable line or one JSON object a line, on standard
/// error. Thread-safe. Nothing of a card is ever passed here.
namespace pay::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };
enum class Format : std::uint8_t { text, json };

/// Called once at start; before it, `info` and above are written as text.
void configure(Level level, Format format);

[[nodiscard]] bool enabled(Level level);

struct Field {
  std::string_view name;
  std::string value;
  bool is_text = true;  ///< false: a JSON number or boolean

  Field(std::string_view field, std::string_view text) : name(field), value(text) {}
  Field(std::string_view field, const char* text) : name(field), value(text) {}
  Field(std::string_view field, const std::string& text) : name(field), value(text) {}
  Field(std::string_view field, bool truth) : name(field), value(truth ? "true" : "false"), is_text(false) {}
  Field(std::string_view field, std::integral auto number)
      : name(field), value(fmt::to_string(number)), is_text(false) {}
};

using Fields = std::initializer_list<Field>;

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

/// One line as it would be written, for tests. Control characters are escaped in both formats, so that no
/// text from outside can forge a line.
std::string render(Format format, Level level, std::string_view time, std::string_view message,
                   Fields fields);

}  // namespace pay::log
