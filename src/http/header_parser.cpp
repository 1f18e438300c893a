#include "http/header_parser.hpp"

#include <algorithm>

#include "http/target.hpp"
#include "http/text.hpp"

namespace pay::http {
namespace {

using Reason = boost::beast::http::error;

bool is_length(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

HeaderParser::HeaderParser(Request& request, const Limits& limits) : request_(request), limits_(limits) {
  skip(true);                // the body
  header_limit(UINT32_MAX);  // whoever feeds it has bounded it
}

void HeaderParser::on_request_impl(Verb, Text method, Text target, int version, ErrorCode& error) {
  version_ = version;
  request_.method = method;
  if (!read_target(target, request_)) error = Reason::bad_target;
}

void HeaderParser::on_field_impl(Name field, Text name, Text value, ErrorCode& error) {
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

void HeaderParser::on_header_impl(ErrorCode& error) {
  if (version_ == http11 && hosts_ == 0) error = Reason::bad_field;
}

}  // namespace pay::http
