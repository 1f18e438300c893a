#include "storage/mysql/sql.hpp"

#include <fmt/format.h>

#include <iterator>

namespace pay::mysql {

void append_integer(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_text(std::string& out, std::string_view text) {
  using namespace std::string_view_literals;
  if (text.find_first_of("\\\0"sv) != std::string_view::npos) {
    out += "_utf8mb4 ";
    return append_bytes(out, text);
  }
  out += '\'';
  for (auto quote = text.find('\''); quote != std::string_view::npos; quote = text.find('\'')) {
    out += text.substr(0, quote + 1);
    out += '\'';
    text.remove_prefix(quote + 1);
  }
  out += text;
  out += '\'';
}

void append_bytes(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += "X'";
  for (const char byte : bytes) {
    out += digits[static_cast<unsigned char>(byte) >> 4];
    out += digits[static_cast<unsigned char>(byte) & 15];
  }
  out += '\'';
}

std::string quoted(std::string_view text) {
  std::string literal;
  append_text(literal, text);
  return literal;
}

std::string quoted_bytes(std::string_view bytes) {
  std::string literal;
  append_bytes(literal, bytes);
  return literal;
}

std::string from_now(std::chrono::microseconds time) {
  if (time.count() == 0) return std::string(database_now);
  return fmt::format("{} + {}", database_now, time.count());
}

std::string by_id(std::span<const IdAndTime> times) {
  std::string text = "CASE id";
  for (const auto& one : times)
    fmt::format_to(std::back_inserter(text), " WHEN {} THEN {}", one.id, one.time);
  return text + " END";
}

void Script::clear(std::size_t packet_limit) {
  used_ = 0;
  limit_ = packet_limit;
}

void Script::add(std::string_view statement, Purpose purpose) {
  if (used_ == 0 || is_full()) {
    if (used_ == packets_.size()) packets_.emplace_back();
    ++used_;
    packets_[used_ - 1].text.clear();
    packets_[used_ - 1].purposes.clear();
  } else {
    text() += ';';
  }
  text() += statement;
  packets_[used_ - 1].purposes.push_back(purpose);
}

}  // namespace pay::mysql
