#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace pay {

/// An optional for what is seldom there: empty, it takes the room of a pointer and is moved like one. A value
/// lies on the heap; a copy has its own.
template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(std::nullopt_t /*none*/) {}  // NOLINT(google-explicit-constructor)
  template <class U = T>
    requires std::convertible_to<U, T> && (!std::same_as<std::remove_cvref_t<U>, Rare>)
  Rare(U&& value)  // NOLINT(google-explicit-constructor)
      : value_(std::make_unique<T>(std::forward<U>(value))) {}
  Rare(const Rare& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(const Rare& other) {
    if (this != &other) value_ = other ? std::make_unique<T>(*other) : nullptr;
    return *this;
  }
  Rare& operator=(Rare&&) noexcept = default;
  ~Rare() = default;

  explicit operator bool() const { return value_ != nullptr; }
  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  /// Throws std::bad_optional_access.
  T& value() { return value_ ? *value_ : throw std::bad_optional_access(); }
  [[nodiscard]] const T& value() const { return value_ ? *value_ : throw std::bad_optional_access(); }
  [[nodiscard]] T value_or(T otherwise) const { return value_ ? *value_ : std::move(otherwise); }
  void reset() { value_.reset(); }

  friend bool operator==(const Rare& a, const Rare& b) {
    return a.value_ && b.value_ ? *a == *b : a.has_value() == b.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace pay
