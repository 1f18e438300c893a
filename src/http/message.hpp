#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pay::http {

struct Header {
  std::string_view name;
  std::string_view value;
};

/// One request, whole: the body has arrived and is within its limit. Views point into the session's memory
/// and live until the response has been made. The session wipes the body afterwards.
struct Request {
  std::string_view method;      ///< `GET`, `POST`, …: as sent
  std::string path;             ///< percent-decoded, leading slashes folded into one, without the query
  std::string_view query;       ///< raw, without the `?`
  std::vector<Header> headers;  ///< in the order sent, names as sent
  std::string_view body;
  std::string_view request_id;  ///< the caller's when sane, else made here
  std::string_view peer;        ///< the address that the connection came from, without its port

  /// The first header of this name, in any case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// The session adds Date, Content-Length, Connection and X-Request-Id, and leaves the body out for HEAD.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  ///< static text
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;  ///< names are static text
};

/// Why a request could not be read. The application words the answer; the session closes after it.
enum class Fault : std::uint8_t {
  malformed,         ///< 400: not HTTP as RFC 9112 has it, or a pattern used for request smuggling
  header_too_large,  ///< 431
  body_too_large,    ///< 413
  too_slow,          ///< 408: the request did not arrive whole in time
  too_many,          ///< 503: no connection is free
  broken,            ///< 500: a handler threw
};

/// `%41` to `A`. Nothing when an escape is cut or not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text);

/// The query's `name=value` pairs in order, decoded, `+` as a blank. Pairs that cannot be decoded keep their
/// raw bytes: an unknown parameter must never fail a request.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace pay::http
