#pragma once

#include <string.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace pay::http {

/// Memory that is overwritten before it is given back: what clients send may hold card numbers.
class WipedBytes {
 public:
  WipedBytes() = default;
  explicit WipedBytes(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}
  WipedBytes(WipedBytes&& other) noexcept
      : bytes_(std::move(other.bytes_)), capacity_(std::exchange(other.capacity_, 0)) {}
  WipedBytes& operator=(WipedBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~WipedBytes() {
    if (bytes_) ::explicit_bzero(bytes_.get(), capacity_);
  }

  [[nodiscard]] char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  void wipe(std::size_t from, std::size_t to) {
    if (from < to) ::explicit_bzero(bytes_.get() + from, to - from);
  }
  /// Keeps the first `kept` bytes.
  void grow(std::size_t capacity, std::size_t kept) {
    WipedBytes larger(capacity);
    if (kept > 0) std::copy_n(bytes_.get(), kept, larger.data());
    *this = std::move(larger);
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
};

/// A text that grows, and is overwritten when it is cleared.
class WipedText {
 public:
  void append(std::string_view text) {
    if (size_ + text.size() > bytes_.capacity()) {
      bytes_.grow(std::max(size_ + text.size(), 2 * bytes_.capacity()), size_);
    }
    std::ranges::copy(text, bytes_.data() + size_);
    size_ += text.size();
  }
  /// Memory for more than `kept_capacity` bytes is given back.
  void clear(std::size_t kept_capacity) {
    bytes_.wipe(0, size_);
    size_ = 0;
    if (bytes_.capacity() > kept_capacity) WipedBytes dropped(std::move(bytes_));
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  WipedBytes bytes_;
  std::size_t size_ = 0;
};

}  // namespace pay::http
