#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pay::view {

/// One value of a JSON text. A value's members or elements follow it in memory, so a node is only ever used
/// inside of its `Json`.
struct Node {
  enum class Kind : std::uint8_t { null, boolean, number, string, object, array };

  Kind kind = Kind::null;
  std::uint32_t span = 1;   ///< nodes of this value, its own and all below it
  std::string_view name{};  ///< of a member, unescaped; empty for an element
  std::string_view text{};  ///< a string unescaped, a number exactly as it was written; else empty

  /// A walk over members or elements, in the order they were sent.
  class Iterator {
   public:
    explicit Iterator(const Node* at) : at_(at) {}
    const Node& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ += at_->span;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Node* at_;
  };
  [[nodiscard]] Iterator begin() const { return Iterator(this + 1); }
  [[nodiscard]] Iterator end() const { return Iterator(this + span); }

  /// The last member of this name; absent and `null` are the same: nothing.
  [[nodiscard]] const Node* find(std::string_view member) const;
};

/// A request's body, read without ever making a number a double. Its texts may be card data: they live in one
/// buffer of the body's size, which is wiped when the Json goes.
class Json {
 public:
  static constexpr std::size_t max_depth = 8;

  /// Reads one object. An empty body and `null` are an empty object. Errors: `malformed_json` (RFC 8259, and
  /// no text may hold U+0000, a lone surrogate or anything but UTF-8), `invalid_request` when it is not an
  /// object.
  static Result<Json> read(std::string_view body);

  Json(Json&&) noexcept = default;
  Json& operator=(Json&&) noexcept = default;
  ~Json() = default;

  [[nodiscard]] const Node& root() const { return nodes_.front(); }
  [[nodiscard]] const Node* find(std::string_view member) const { return root().find(member); }

 private:
  struct Wipe {
    std::size_t size = 0;
    void operator()(char* text) const noexcept;
  };
  class Handler;

  explicit Json(std::size_t size);

  std::unique_ptr<char[], Wipe> texts_;
  std::vector<Node> nodes_;
};

}  // namespace pay::view
