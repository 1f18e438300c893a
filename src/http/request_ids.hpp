#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pay::http {

/// Names for requests whose caller gave none: a random prefix of this process and a number, in hexadecimal.
/// One thread.
class RequestIds {
 public:
  RequestIds();
  /// Overwrites `out`, so that its memory is used again.
  void make(std::string& out);

 private:
  std::string prefix_;
  std::uint64_t last_ = 0;
};

/// 1 to 128 of `[A-Za-z0-9_.:-]`: safe to log and to send back.
bool is_sane_request_id(std::string_view text);

}  // namespace pay::http
