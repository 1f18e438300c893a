#include "http/chunked_body.hpp"

#include <algorithm>
#include <charconv>

#include "http/text.hpp"

namespace pay::http {
namespace {

/// What a trailer may not say, because it has been decided already (RFC 9110, section 6.5.1).
bool is_forbidden_trailer(std::string_view name) {
  return equal_ignoring_case(name, "Content-Length") || equal_ignoring_case(name, "Transfer-Encoding") ||
         equal_ignoring_case(name, "Host");
}

}  // namespace

ChunkedBody::Progress ChunkedBody::read(std::string_view& bytes, WipedText& body) {
  for (;;) {
    if (part_ == Part::data) {
      const auto data = bytes.substr(0, left_);
      body.append(data);
      bytes.remove_prefix(data.size());
      left_ -= data.size();
      if (left_ > 0) return Progress::need_more;
      part_ = Part::data_end;
    }
    std::string_view line;
    auto progress = read_line(bytes, line);
    if (progress != Progress::whole) return progress;
    if (part_ == Part::data_end) {
      if (!line.empty()) return Progress::malformed;
      part_ = Part::size;
      continue;
    }
    if (part_ == Part::trailers && line.empty()) return Progress::whole;
    progress = part_ == Part::size ? read_size(line, body.view().size()) : read_trailer(line);
    if (progress != Progress::whole) return progress;
  }
}

/// One line without its CRLF. No other control character stands in it, a lone CR or LF least of all.
ChunkedBody::Progress ChunkedBody::read_line(std::string_view& bytes, std::string_view& line) {
  const auto end = bytes.find('\n');
  if (std::min(end, bytes.size()) > max_line_bytes) return Progress::malformed;
  if (end == std::string_view::npos) return Progress::need_more;
  if (end == 0 || bytes[end - 1] != '\r') return Progress::malformed;
  line = bytes.substr(0, end - 1);
  bytes.remove_prefix(end + 1);
  return holds_control(line) ? Progress::malformed : Progress::whole;
}

ChunkedBody::Progress ChunkedBody::read_size(std::string_view line, std::size_t body_bytes) {
  std::uint64_t size = 0;
  const auto [digits_end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (error != std::errc()) return Progress::malformed;
  const auto extension = line.substr(static_cast<std::size_t>(digits_end - line.data()));
  if (!extension.empty() && extension.front() != ';') return Progress::malformed;
  dropped_ += extension.size();
  if (dropped_ > limits_.header_bytes) return Progress::malformed;
  if (size > limits_.body_bytes - body_bytes) return Progress::too_large;
  left_ = size;
  part_ = size > 0 ? Part::data : Part::trailers;
  return Progress::whole;
}

ChunkedBody::Progress ChunkedBody::read_trailer(std::string_view line) {
  const auto name = line.substr(0, line.find(':'));
  const bool sane = name.size() < line.size() && !name.empty() && std::ranges::all_of(name, is_token_char) &&
                    !is_forbidden_trailer(name);
  dropped_ += line.size();
  return sane && dropped_ <= limits_.header_bytes ? Progress::whole : Progress::malformed;
}

}  // namespace pay::http
