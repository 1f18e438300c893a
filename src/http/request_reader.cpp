#include "http/request_reader.hpp"

#include <cstring>

#include "http/text.hpp"

namespace pay::http {
namespace {

// Most requests fit; one page of memory is touched by them.
constexpr std::size_t first_capacity = 8'192;
// At least this much room is left behind a header, for the body to pass through.
constexpr std::size_t body_room = 2 * ChunkedBody::max_line_bytes;
// What one large body needed is not kept for the small ones that follow.
constexpr std::size_t kept_body_capacity = 8'192;

}  // namespace

RequestReader::RequestReader(const Limits& limits, RequestIds& ids, std::string_view peer)
    : limits_(limits), ids_(ids), buffer_(first_capacity) {
  request_.peer = peer;
}

std::span<char> RequestReader::free_space() const {
  return {buffer_.data() + end_, buffer_.capacity() - end_};
}

RequestReader::Progress RequestReader::received(std::size_t bytes) {
  end_ += bytes;
  used_ = std::max(used_, end_);
  const auto progress = body_ == 0 ? read_header() : read_body();
  if (progress == Progress::need_more) make_room();
  return progress;
}

RequestReader::Progress RequestReader::input_ended() {
  return has_begun() ? refuse(Fault::malformed) : Progress::ended;
}

RequestReader::Progress RequestReader::refuse(Fault fault) {
  fault_ = fault;
  name_request();
  return Progress::refused;
}

bool RequestReader::takes_continue() {
  const bool waits = parser_ && parser_->expects_continue() && at_ == end_ && !continued_;
  continued_ = continued_ || waits;
  return waits;
}

/// Finds the header's end. Lines end in CRLF and in nothing else (RFC 9112, section 2.2, allows more and
/// section 11.1 tells what comes of it); a line that begins with white space would be a folded one.
RequestReader::Progress RequestReader::check_line_ends() {
  const char* const bytes = buffer_.data();
  while (scanned_ < end_) {
    if (bytes[scanned_] == ' ' || bytes[scanned_] == '\t') return refuse(Fault::malformed);
    const void* const found = std::memchr(bytes + scanned_, '\n', end_ - scanned_);
    if (!found) break;
    const auto line_feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes);
    if (line_feed == scanned_ || bytes[line_feed - 1] != '\r') return refuse(Fault::malformed);
    const bool empty = line_feed == scanned_ + 1;
    scanned_ = line_feed + 1;
    if (!empty) continue;
    // Empty lines before a request are passed over (RFC 9112, section 2.2).
    if (line_feed != begin_ + 1) return Progress::whole;
    begin_ = scanned_;
  }
  return Progress::need_more;
}

RequestReader::Progress RequestReader::read_header() {
  const auto progress = check_line_ends();
  if (progress == Progress::refused) return progress;
  const auto size = (progress == Progress::whole ? scanned_ : end_) - begin_;
  if (size > limits_.header_bytes) return refuse(Fault::header_too_large);
  if (progress == Progress::need_more) {
    const char first = has_begun() ? buffer_.data()[begin_] : '\r';
    return first == '\r' || is_token_char(first) ? progress : refuse(Fault::malformed);
  }
  if (scanned_ + body_room > buffer_.capacity()) buffer_.grow(buffer_.capacity() + body_room, end_);
  at_ = body_ = scanned_;
  return parse_header();
}

RequestReader::Progress RequestReader::parse_header() {
  using Reason = boost::beast::http::error;
  parser_.emplace(request_, limits_);
  boost::beast::error_code error;
  parser_->put({buffer_.data() + begin_, body_ - begin_}, error);
  if (error == Reason::header_limit) return refuse(Fault::header_too_large);
  if (error || !parser_->is_done()) return refuse(Fault::malformed);
  const auto length = parser_->content_length().value_or(0);
  if (length > limits_.body_bytes) return refuse(Fault::body_too_large);
  body_left_ = length;
  if (parser_->chunked()) chunks_.emplace(limits_);
  return read_body();
}

RequestReader::Progress RequestReader::read_body() {
  std::string_view rest(buffer_.data() + at_, end_ - at_);
  auto progress = ChunkedBody::Progress::whole;
  if (chunks_) {
    progress = chunks_->read(rest, request_body_);
  } else {
    const auto piece = rest.substr(0, body_left_);
    request_body_.append(piece);
    rest.remove_prefix(piece.size());
    body_left_ -= piece.size();
    if (body_left_ > 0) progress = ChunkedBody::Progress::need_more;
  }
  at_ = end_ - rest.size();
  switch (progress) {
    case ChunkedBody::Progress::need_more:
      return Progress::need_more;
    case ChunkedBody::Progress::malformed:
      return refuse(Fault::malformed);
    case ChunkedBody::Progress::too_large:
      return refuse(Fault::body_too_large);
    case ChunkedBody::Progress::whole:
      break;
  }
  request_.body = request_body_.view();
  name_request();
  return Progress::whole;
}

/// Nothing moves between a header's end and the request's: the request's views point there.
void RequestReader::make_room() {
  if (body_ == 0) {
    if (end_ < buffer_.capacity()) return;
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      scanned_ -= begin_;
      end_ -= begin_;
      begin_ = 0;
      return;
    }
    buffer_.grow(std::max(2 * buffer_.capacity(), limits_.header_bytes + body_room), end_);
    return;
  }
  const auto left = end_ - at_;
  if (at_ == body_ || (left > 0 && end_ < buffer_.capacity())) return;
  std::memmove(buffer_.data() + body_, buffer_.data() + at_, left);
  at_ = body_;
  end_ = body_ + left;
}

void RequestReader::name_request() {
  const auto sent = request_.header("X-Request-Id");
  if (sent && is_sane_request_id(*sent)) {
    request_.request_id = *sent;
    return;
  }
  ids_.make(made_id_);
  request_.request_id = made_id_;
}

void RequestReader::finish() {
  const auto left = end_ - at_;
  if (left > 0) std::memmove(buffer_.data(), buffer_.data() + at_, left);
  buffer_.wipe(left, used_);
  if (buffer_.capacity() > 2 * first_capacity && left == 0) buffer_ = WipedBytes(first_capacity);
  request_body_.clear(kept_body_capacity);
  request_.headers.clear();
  request_.path.clear();
  request_.method = request_.query = request_.body = request_.request_id = {};
  begin_ = scanned_ = body_ = at_ = 0;
  end_ = used_ = left;
  continued_ = false;
  parser_.reset();
  chunks_.reset();
}

void RequestReader::abandon() {
  at_ = end_;
  finish();
}

}  // namespace pay::http
