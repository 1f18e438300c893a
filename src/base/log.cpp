#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <iterator>
#include <memory>

#include "base/clock.hpp"

namespace pay::log {
namespace {

std::atomic<Format> chosen_format{Format::text};

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      return "off";
  }
  return "off";
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

/// The sink gets whole lines: our own rendering knows fields and escapes, spdlog brings levels and locking.
spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("pay", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \"=") != std::string_view::npos;
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const auto line = render(chosen_format, level, to_rfc3339(SystemClock{}.now()), message, fields);
  logger().log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace

std::string render(Format format, Level level, std::string_view time, std::string_view message,
                   Fields fields) {
  std::string line;
  if (format == Format::json) {
    line = fmt::format(R"({{"time":"{}","level":"{}","message":)", time, level_name(level));
    append_quoted(line, message);
    for (const auto& field : fields) {
      fmt::format_to(std::back_inserter(line), ",\"{}\":", field.name);
      if (field.is_text) {
        append_quoted(line, field.value);
      } else {
        line += field.value;
      }
    }
    line += '}';
    return line;
  }
  line = fmt::format("{} {:5} ", time, level_name(level));
  append_escaped(line, message);
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), " {}=", field.name);
    if (needs_quotes(field.value)) {
      append_quoted(line, field.value);
    } else {
      append_escaped(line, field.value);
    }
  }
  return line;
}

void configure(Level level, Format format) {
  chosen_format = format;
  logger().set_level(to_spdlog(level));
}

bool enabled(Level level) {
  return level != Level::off && logger().should_log(to_spdlog(level));
}

void debug(std::string_view message, Fields fields) {
  write(Level::debug, message, fields);
}
void info(std::string_view message, Fields fields) {
  write(Level::info, message, fields);
}
void warn(std::string_view message, Fields fields) {
  write(Level::warn, message, fields);
}
void error(std::string_view message, Fields fields) {
  write(Level::error, message, fields);
}

}  // namespace pay::log
