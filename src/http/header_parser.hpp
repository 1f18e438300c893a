#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "http/limits.hpp"
#include "http/message.hpp"

namespace pay::http {

/// Reads one request's header by Beast's grammar and refuses what Beast still lets pass although two servers
/// in a row could understand it differently (RFC 9112, sections 3.2, 5.2, 6.1 and 11.2). Whoever feeds it
/// gives the header in one piece, and sees to it that no line ends in a bare LF and none is folded.
class HeaderParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// Fills `request` with views into what it is fed. Both outlive it.
  HeaderParser(Request& request, const Limits& limits);

  /// The client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const { return expects_continue_ && version_ == http11; }
  [[nodiscard]] bool is_http11() const { return version_ == http11; }

 private:
  using Verb = boost::beast::http::verb;
  using Name = boost::beast::http::field;
  using Text = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;

  static constexpr int http11 = 11;

  void on_request_impl(Verb verb, Text method, Text target, int version, ErrorCode& error) override;
  void on_field_impl(Name field, Text name, Text value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  // The body is read elsewhere.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, ErrorCode&) override { return 0; }
  void on_finish_impl(ErrorCode&) override {}
  void on_response_impl(int, Text, int, ErrorCode&) override {}

  Request& request_;
  const Limits& limits_;
  int version_ = 0;
  int hosts_ = 0;
  int framings_ = 0;  ///< Content-Length and Transfer-Encoding fields: more than one is an attack
  bool expects_continue_ = false;
};

}  // namespace pay::http
