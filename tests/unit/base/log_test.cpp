// Lines of the log: what they look like, and that nothing from outside can forge one.
#include "base/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pay::log {
namespace {

using namespace std::string_literals;

constexpr auto time = "2026-01-31T12:00:00.000001Z";

std::string line(Format format, std::string_view message, Fields fields = {}) {
  return render(format, Level::info, time, message, fields);
}

TEST(LogLine, is_a_sentence_and_named_fields) {
  EXPECT_EQ(line(Format::text, "a request failed", {{"code", "unavailable"}, {"tries", 3}, {"done", false}}),
            "2026-01-31T12:00:00.000001Z info  a request failed code=unavailable tries=3 done=false");
  EXPECT_EQ(render(Format::text, Level::error, time, "x", {}), "2026-01-31T12:00:00.000001Z error x");
}

TEST(LogLine, is_one_json_object) {
  EXPECT_EQ(line(Format::json, "a request failed", {{"code", "unavailable"}, {"tries", -3}, {"done", true}}),
            R"({"time":"2026-01-31T12:00:00.000001Z","level":"info","message":"a request failed",)"
            R"("code":"unavailable","tries":-3,"done":true})");
}

TEST(LogLine, quotes_what_could_be_taken_for_another_field) {
  EXPECT_EQ(line(Format::text, "m", {{"reason", "a b=c"}}).substr(36), R"(reason="a b=c")");
  EXPECT_EQ(line(Format::text, "m", {{"reason", ""}}).substr(36), R"(reason="")");
  EXPECT_EQ(line(Format::text, "m", {{"reason", "say \"no\""}}).substr(36), R"(reason="say \"no\"")");
  EXPECT_EQ(line(Format::text, "m", {{"reason", "\\"}}).substr(36), R"(reason=\\)");
}

TEST(LogLine, keeps_a_number_that_is_text_a_text) {
  EXPECT_TRUE(line(Format::json, "m", {{"id", "17"}}).ends_with(R"("id":"17"})"));
  EXPECT_TRUE(line(Format::json, "m", {{"id", std::string("17")}}).ends_with(R"("id":"17"})"));
}

TEST(LogLine, cannot_be_forged) {
  const auto hostile = "\n2026-01-31T12:00:00Z error forged\r\x1b[2J\x7f\t\0\"\\,\"level\":\"x"s;
  for (const auto format : {Format::text, Format::json}) {
    const auto rendered = line(format, hostile, {{"path", hostile}});
    for (const char c : rendered) {
      EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << rendered;
    }
    EXPECT_NE(rendered.find("\\u000a2026"), std::string::npos) << rendered;
  }
}

TEST(LogLine, escapes_every_control_character_the_same_in_both_formats) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string text(1, static_cast<char>(c));
    const auto escaped = fmt::format("\\u{:04x}", c);
    EXPECT_TRUE(line(Format::text, text).ends_with(escaped)) << c;
    EXPECT_TRUE(line(Format::json, text).ends_with(escaped + "\"}")) << c;
  }
}

TEST(LogLine, leaves_other_letters_alone) {
  EXPECT_TRUE(line(Format::text, "reçu à Montréal").ends_with("reçu à Montréal"));
}

TEST(LogLevel, decides_what_is_written) {
  const auto expect = [](Level chosen, bool debug, bool info, bool warn, bool error) {
    configure(chosen, Format::text);
    EXPECT_EQ(enabled(Level::debug), debug);
    EXPECT_EQ(enabled(Level::info), info);
    EXPECT_EQ(enabled(Level::warn), warn);
    EXPECT_EQ(enabled(Level::error), error);
    EXPECT_FALSE(enabled(Level::off));
  };
  expect(Level::debug, true, true, true, true);
  expect(Level::info, false, true, true, true);
  expect(Level::warn, false, false, true, true);
  expect(Level::error, false, false, false, true);
  expect(Level::off, false, false, false, false);
}

TEST(Log, writes_to_standard_error) {
  configure(Level::info, Format::json);
  testing::internal::CaptureStderr();
  info("started", {{"port", 5009}});
  debug("not this");
  const auto written = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(written.ends_with("\"level\":\"info\",\"message\":\"started\",\"port\":5009}\n")) << written;
  EXPECT_EQ(std::ranges::count(written, '\n'), 1);
  configure(Level::info, Format::text);
}

}  // namespace
}  // namespace pay::log
