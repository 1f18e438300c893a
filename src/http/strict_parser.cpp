#include "http/strict_parser.hpp"

#include <algorithm>

#include "http/target.hpp"
#include "http/text.hpp"

namespace pay::http {
namespace {

using Reason = boost::beast::http::error;

bool is_length(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

StrictParser::StrictParser(Request& request, WipedText& body, const Limits& limits)
    : request_(request), body_(body), limits_(limits) {
  eager(true);
  body_limit(limits.body_bytes);
  // The reader has bounded the header already.
  header_limit(UINT32_MAX);
}

void StrictParser::on_request_impl(Verb, Text method, Text target, int version, ErrorCode& error) {
  version_ = version;
  request_.method = method;
  if (!read_target(target, request_)) error = Reason::bad_target;
}

void StrictParser::on_field_impl(Name field, Text name, Text value, ErrorCode& error) {
  if (header_done_) return;  // trailers are read past: nothing in them may change the request
  if (request_.headers.size() == limits_.header_fields) {
    error = Reason::header_limit;
    return;
  }
  request_.headers.push_back({name, value});
  if (field == Name::host) {
    if (++hosts_ > 1 || !is_authority(value)) error = Reason::bad_value;
  } else if (field == Name::content_length) {
    if (++framings_ > 1 || !is_length(value)) error = Reason::bad_content_length;
  } else if (field == Name::transfer_encoding) {
    const bool known = equal_ignoring_case(value, "chunked") && version_ == http11;
    if (++framings_ > 1 || !known) error = Reason::bad_transfer_encoding;
  } else if (field == Name::expect) {
    expects_continue_ = equal_ignoring_case(value, "100-continue");
  }
}

void StrictParser::on_header_impl(ErrorCode& error) {
  header_done_ = true;
  if (version_ == http11 && hosts_ == 0) error = Reason::bad_field;
}

void StrictParser::on_chunk_header_impl(std::uint64_t, Text extension, ErrorCode& error) {
  extension_bytes_ += extension.size();
  if (extension_bytes_ > limits_.header_bytes || holds_control(extension)) {
    error = Reason::bad_chunk_extension;
  }
}

std::size_t StrictParser::on_body_impl(Text bytes, ErrorCode&) {
  body_.append(bytes);
  return bytes.size();
}

std::size_t StrictParser::on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode&) {
  body_.append(bytes);
  return bytes.size();
}

}  // namespace pay::http
