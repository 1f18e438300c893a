// Goal: no body makes a reader crash or hang, and what is understood is within its limits, whatever it was
// made of. Method: the fuzzer's bytes are a body for every route that takes one; what comes out is checked.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "view/requests.hpp"

namespace pay::view {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void require_shown_error(const Result<T>& result) {
  if (result) return;
  require(result.error().code == ErrorCode::malformed_json ||
          result.error().code == ErrorCode::invalid_request);
  require(result.error().internal.empty());
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

void check_process(std::string_view body) {
  const auto request = read_process(body);
  require_shown_error(request);
  if (!request) return;
  require(request->return_url.size() <= 2048 && is_printable(request->return_url));
  const auto source = kept(request->source);
  require(source.kind != KeptSource::Kind::none);
  require(source.token.size() <= 255 && is_printable(source.token) && !holds_card_number(source.token));
  // Only of a card that was typed, and of PayPal, is there none.
  const bool needs_none = source.kind == KeptSource::Kind::raw_card || method_of(source) == Method::paypal;
  require(needs_none || !source.token.empty());
}

}  // namespace
}  // namespace pay::view

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pay;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  view::check_process(body);
  view::require_shown_error(view::read_create(body, *Currency::find("CAD"), ""));
  view::require_shown_error(view::read_refund({1}, body));
  view::require_shown_error(view::read_capture({1}, body));
  view::require_shown_error(view::read_cancel({1}, body));
  view::require_shown_error(view::read_nothing(body));
  return 0;
}
