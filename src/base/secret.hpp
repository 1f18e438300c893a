#pragma once

#include <fmt/core.h>
#include <string.h>

#include <array>
#include <string_view>

namespace pay {

/// A short text that must not outlive its use (a card number, a CVC): it cannot be printed, copied or
/// compared by accident, lives inside the object, and is wiped when it is moved from or destroyed.
/// PCI DSS 4.0, requirement 3.3: sensitive authentication data is not kept after authorization.
class Secret {
 public:
  static constexpr std::size_t capacity = 32;

  Secret() = default;
  /// Text beyond `capacity` is cut: the caller checks lengths first.
  explicit Secret(std::string_view text) : size_(text.size() < capacity ? text.size() : capacity) {
    text.copy(text_.data(), size_);
  }
  Secret(Secret&& other) noexcept : text_(other.text_), size_(other.size_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      text_ = other.text_;
      size_ = other.size_;
      other.wipe();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  /// The one way to the text. Every call is a place to review.
  [[nodiscard]] std::string_view reveal() const { return {text_.data(), size_}; }

 private:
  void wipe() noexcept {
    ::explicit_bzero(text_.data(), capacity);
    size_ = 0;
  }

  std::array<char, capacity> text_{};
  std::size_t size_ = 0;
};

}  // namespace pay

/// What a log shows of it.
template <>
struct fmt::formatter<pay::Secret> : fmt::formatter<std::string_view> {
  auto format(const pay::Secret&, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
