#include "http/response_text.hpp"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <charconv>

namespace pay::http {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  const std::string_view reason = boost::beast::http::obsolete_reason(known);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status));
  out.append(" ").append(reason).append("\r\n");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out += "\r\n";
}

/// RFC 9110, section 8.6: these never have content, and say nothing of its length.
bool has_content(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

void append_response(std::string& out, const Response& response, const Framing& framing) {
  append_status_line(out, response.status);
  if (has_content(response.status)) {
    out.append("Content-Type: ").append(response.content_type).append("\r\nContent-Length: ");
    append_number(out, response.body.size());
    out += "\r\n";
  }
  out.append(framing.date_line).append("X-Request-Id: ").append(framing.request_id).append("\r\n");
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!framing.http11) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  out += "\r\n";
  if (!framing.without_body && has_content(response.status)) out += response.body;
}

std::string date_line(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = floor<std::chrono::days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return fmt::format("Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n",
                     days[weekday(midnight).c_encoding()], static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace pay::http
