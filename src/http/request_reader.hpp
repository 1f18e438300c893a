#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "http/chunked_body.hpp"
#include "http/header_parser.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/request_ids.hpp"
#include "http/wiped_bytes.hpp"

namespace pay::http {

/// From bytes to requests, one after the other, without a socket: a connection's whole reading logic.
/// Its memory is used again for each request and wiped between them. One thread.
class RequestReader {
 public:
  enum class Progress : std::uint8_t {
    need_more,  ///< read into `free_space`, then call `received`
    whole,      ///< `request` is there; `finish` it before the next
    refused,    ///< `fault` says why; nothing more is read
    ended,      ///< the input ended between two requests
  };

  /// All outlive it. `peer` is what every request says of where it came from.
  RequestReader(const Limits& limits, RequestIds& ids, std::string_view peer = {});

  /// Where the next bytes go; never empty.
  [[nodiscard]] std::span<char> free_space() const;
  Progress received(std::size_t bytes);
  /// Looks at what has arrived behind the last request.
  Progress next() { return received(0); }
  Progress input_ended();
  /// Gives up on the request that is being read.
  Progress refuse(Fault fault);

  [[nodiscard]] bool has_begun() const { return end_ > begin_; }
  /// The client waits for `100 Continue`; true once a request.
  bool takes_continue();
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] bool keep_alive() const { return parser_ && parser_->is_done() && parser_->keep_alive(); }
  [[nodiscard]] bool is_http11() const { return parser_ && parser_->is_http11(); }

  /// Forgets and wipes the request. What the client sent behind it stays.
  void finish();
  /// Forgets and wipes everything: nothing of this connection will be read as a request any more.
  void abandon();

 private:
  Progress read_header();
  Progress parse_header();
  Progress read_body();
  Progress check_line_ends();
  void make_room();
  void name_request();

  const Limits& limits_;
  RequestIds& ids_;
  WipedBytes buffer_;
  std::size_t begin_ = 0;    ///< of the request
  std::size_t scanned_ = 0;  ///< behind the last whole line of the header
  std::size_t body_ = 0;     ///< behind the header's empty line; 0: not there yet
  std::size_t at_ = 0;       ///< the first byte of the rest that has not been taken
  std::size_t end_ = 0;      ///< behind the last byte received
  std::size_t used_ = 0;     ///< no byte behind this has been written since the last wipe
  Request request_;
  WipedText request_body_;
  std::string made_id_;
  std::optional<HeaderParser> parser_;
  std::optional<ChunkedBody> chunks_;
  std::size_t body_left_ = 0;  ///< of a body whose length was given
  Fault fault_ = Fault::malformed;
  bool continued_ = false;
};

}  // namespace pay::http
