#include "http/router.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>
#include <vector>

namespace pay::http {

struct Router::Node {
  struct Method {
    std::string name;
    std::size_t route;
  };

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> captured;
  std::string captured_name;
  std::vector<Method> methods;

  Node* literal(std::string_view segment) {
    auto& child = literals[std::string(segment)];
    if (!child) child = std::make_unique<Node>();
    return child.get();
  }

  Node* capture(std::string_view name) {
    if (!captured) {
      captured = std::make_unique<Node>();
      captured_name = name;
    }
    if (captured_name != name) throw std::invalid_argument("a segment is captured by two names");
    return captured.get();
  }

  [[nodiscard]] const Method* find(std::string_view name) const {
    const auto at = std::ranges::find(methods, name, &Method::name);
    return at == methods.end() ? nullptr : &*at;
  }
};

namespace {

/// The first segment of `rest` (which starts behind a slash), taken off it.
std::string_view take_segment(std::string_view& rest, bool& last) {
  const auto slash = rest.find('/');
  last = slash == std::string_view::npos;
  const auto segment = rest.substr(0, slash);
  rest.remove_prefix(last ? rest.size() : slash + 1);
  return segment;
}

bool is_capture(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

void allow(std::vector<std::string_view>& methods, std::string_view name) {
  if (std::ranges::find(methods, name) == methods.end()) methods.push_back(name);
  if (name == "GET") allow(methods, "HEAD");
}

std::string join(std::vector<std::string_view> methods) {
  std::erase(methods, "OPTIONS");
  std::string text;
  for (const auto name : methods) text.append(name).append(", ");
  return text + "OPTIONS";
}

/// One walk through the tree: the first route found ends it; on the way it gathers what other methods exist.
template <class Node>
struct Walk {
  std::string_view method;
  Router::Capturable capturable;
  RouteMatch& match;
  std::vector<std::string_view> allowed{};

  bool arrive(const Node& node) {
    const auto* found = node.find(method);
    if (!found && method == "HEAD") found = node.find("GET");
    if (found) {
      match.routing = Routing::found;
      match.route = found->route;
      return true;
    }
    for (const auto& other : node.methods) allow(allowed, other.name);
    return false;
  }

  bool descend(const Node& node, std::string_view rest) {
    bool last = false;
    const auto segment = take_segment(rest, last);
    const auto step = [&](const Node& child) { return last ? arrive(child) : descend(child, rest); };
    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && step(*literal->second)) return true;
    if (!node.captured || segment.empty() || !capturable({node.captured_name, segment})) return false;
    match.captures.segments[match.captures.size++] = segment;
    if (step(*node.captured)) return true;
    --match.captures.size;
    return false;
  }

  void gather(const Node& node) {
    for (const auto& known : node.methods) allow(allowed, known.name);
    for (const auto& [name, child] : node.literals) gather(*child);
    if (node.captured) gather(*node.captured);
  }
};

}  // namespace

Router::Router(Capturable capturable) : root_(std::make_unique<Node>()), capturable_(capturable) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

std::size_t Router::add(std::string_view method, std::string_view pattern) {
  if (!pattern.starts_with('/')) throw std::invalid_argument("a route's pattern starts with /");
  Node* node = root_.get();
  std::size_t captures = 0;
  auto rest = pattern.substr(1);
  for (bool last = false; !last;) {
    const auto segment = take_segment(rest, last);
    if (is_capture(segment) && ++captures > Captures::capacity) {
      throw std::invalid_argument("a route captures too many segments");
    }
    node =
        is_capture(segment) ? node->capture(segment.substr(1, segment.size() - 2)) : node->literal(segment);
  }
  if (node->find(method)) throw std::invalid_argument("a route was added twice");
  node->methods.push_back({std::string(method), size_});
  return size_++;
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  RouteMatch result;
  Walk<Node> walk{method, capturable_, result};
  if (path == "*") {
    walk.gather(*root_);
  } else if (!path.starts_with('/') || walk.descend(*root_, path.substr(1)) || walk.allowed.empty()) {
    return result;
  }
  result.routing = method == "OPTIONS" ? Routing::options : Routing::method_not_allowed;
  result.allow = join(std::move(walk.allowed));
  return result;
}

}  // namespace pay::http
