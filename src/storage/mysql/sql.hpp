#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Statements as text. Literals are written so that no session setting changes what they mean.
namespace pay::mysql {

void append_integer(std::string& out, std::int64_t value);
/// `'it''s'`, or hexadecimal when there is a backslash or a NUL in it.
void append_text(std::string& out, std::string_view text);
void append_bytes(std::string& out, std::string_view bytes);
/// The same as literals to put into a statement.
std::string quoted(std::string_view text);
std::string quoted_bytes(std::string_view bytes);

/// The clock that instances share: microseconds since 1970, the same throughout a statement.
inline constexpr std::string_view database_now = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";
/// So far from now, or before it.
std::string from_now(std::chrono::microseconds time);

struct IdAndTime {
  std::int64_t id;
  std::int64_t time;  ///< microseconds
};
/// `CASE id WHEN 1 THEN 5 … END`. A server looks for each id from the first on: not many at once.
std::string by_id(std::span<const IdAndTime> times);
inline constexpr std::size_t times_a_statement = 100;

/// `(1, 'a', NULL)`: the Sink of columns.hpp.
class Tuple {
 public:
  explicit Tuple(std::string& out) : out_(out) {}
  void null() { next() += "NULL"; }
  void integer(std::int64_t value) { append_integer(next(), value); }
  void text(std::string_view text) { append_text(next(), text); }
  void bytes(std::string_view bytes) { append_bytes(next(), bytes); }
  void expression(std::string_view sql) { next() += sql; }
  void close() { out_ += ')'; }

 private:
  std::string& next() {
    out_ += first_ ? '(' : ',';
    first_ = false;
    return out_;
  }

  std::string& out_;
  bool first_ = true;
};

/// What a statement is for, where its error means something of its own.
enum class Purpose : std::uint8_t { other, writer, keys, commit, after_commit };

/// Statements that are sent together, in as few packets as their size allows. Keeps its memory when cleared.
class Script {
 public:
  void clear(std::size_t packet_limit);

  void add(std::string_view statement, Purpose purpose = Purpose::other);

  /// `head` (…),(…) `tail`, one tuple a row; cut into several statements where a packet is full.
  template <class Rows, class Write>
  void insert(std::string_view head, const Rows& rows, Write write, std::string_view tail = {},
              Purpose purpose = Purpose::other) {
    bool open = false;
    for (const auto& row : rows) {
      if (open && is_full()) {
        text() += tail;
        open = false;
      }
      if (open) {
        text() += ',';
      } else {
        add(head, purpose);
        open = true;
      }
      Tuple tuple(text());
      write(tuple, row);
      tuple.close();
    }
    if (open) text() += tail;
  }

  struct Packet {
    std::string text;
    std::vector<Purpose> purposes;  ///< one a statement
  };
  [[nodiscard]] std::span<const Packet> packets() const { return {packets_.data(), used_}; }

 private:
  [[nodiscard]] bool is_full() const { return packets_[used_ - 1].text.size() >= limit_; }
  std::string& text() { return packets_[used_ - 1].text; }

  std::vector<Packet> packets_;
  std::size_t used_ = 0;
  std::size_t limit_ = 0;
};

}  // namespace pay::mysql
