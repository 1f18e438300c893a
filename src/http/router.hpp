#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pay::http {

/// Segments of a path that stood where the pattern has `{name}`, in order. Views into the matched path.
struct Captures {
  static constexpr std::size_t capacity = 4;
  std::array<std::string_view, capacity> segments{};
  std::size_t size = 0;

  [[nodiscard]] std::string_view operator[](std::size_t index) const { return segments[index]; }
};

enum class Routing : std::uint8_t {
  found,
  not_found,
  method_not_allowed,  ///< the path exists: 405 with `allow`
  options,             ///< OPTIONS of a path that exists, or of `*`: 200 with `allow`
};

struct RouteMatch {
  Routing routing = Routing::not_found;
  std::size_t route = 0;  ///< what `add` returned, when found
  Captures captures;      ///< when found
  std::string allow;      ///< `GET, HEAD, OPTIONS`: of all routes that have this path
};

/// Methods and path patterns such as `/payments/{id}/capture`, found segment by segment. A literal segment
/// goes before a captured one, and captures at the same place have the same name. Filled once, then only
/// read, from any thread. A trailing slash is a path of its own, and a captured segment is never empty. GET
/// answers HEAD too; OPTIONS is answered for every path.
class Router {
 public:
  /// A segment where a pattern has `{name}`.
  struct Capture {
    std::string_view name;
    std::string_view segment;
  };
  /// Whether such a segment may stand there. A path that fails it is no path at all.
  using Capturable = bool (*)(const Capture& capture);

  explicit Router(Capturable capturable = [](const Capture&) { return true; });
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Returns the route's index: 0 for the first, then 1, 2 … Throws std::invalid_argument when the pattern
  /// does not start with `/`, captures more than `Captures::capacity` segments, captures one by another name
  /// than an earlier pattern did, or was added before.
  std::size_t add(std::string_view method, std::string_view pattern);

  /// `path` is decoded, without the query, and outlives the captures.
  [[nodiscard]] RouteMatch match(std::string_view method, std::string_view path) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  Capturable capturable_;
  std::size_t size_ = 0;
};

}  // namespace pay::http
