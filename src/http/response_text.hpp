#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace pay::http {

/// What a response's text needs beside the response itself.
struct Framing {
  std::string_view request_id;
  std::string_view date_line;  ///< `Date: …` with its line end
  bool keep_alive = true;
  bool http11 = true;
  bool without_body = false;  ///< HEAD: every header, no body
};

/// Appends the whole response, ready to be sent. Line ends in header values become blanks: no value can add a
/// header.
void append_response(std::string& out, const Response& response, const Framing& framing);

/// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and a line end (RFC 9110, section 5.6.7).
std::string date_line(std::chrono::sys_seconds time);

inline constexpr std::string_view continue_text = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace pay::http
