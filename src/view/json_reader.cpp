#include "view/json_reader.hpp"

#include <string.h>

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <string>

namespace pay::view {

namespace {

using boost::json::error_code;

std::unexpected<Error> malformed(const error_code& why, std::size_t at) {
  if (why == boost::json::error::too_deep) {
    const std::string levels = std::to_string(Json::max_depth);
    return fail(ErrorCode::malformed_json,
                {.en = "The body is nested deeper than " + levels + " levels.",
                 .fr = "Le corps est imbriqué sur plus de " + levels + " niveaux."});
  }
  const std::string byte = std::to_string(at + 1);
  return fail(ErrorCode::malformed_json, {.en = "The body stops being JSON at byte " + byte + ".",
                                          .fr = "Le corps cesse d'être du JSON à l'octet " + byte + "."});
}

}  // namespace

const Node* Node::find(std::string_view member) const {
  const Node* found = nullptr;
  for (const Node& node : *this) {
    if (node.name == member) found = &node;
  }
  return found != nullptr && found->kind != Kind::null ? found : nullptr;
}

/// Told of each piece by the parser. Nothing in it throws but the growth of `nodes_`, out of memory.
class Json::Handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Handler(Json& json) : nodes_(json.nodes_), at_(json.texts_.get()), begin_(at_) {}

  static bool on_document_begin(error_code&) { return true; }
  static bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) { return open(Node::Kind::object); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(Node::Kind::array); }
  bool on_array_end(std::size_t, error_code&) { return close(); }

  bool on_key_part(std::string_view part, std::size_t, error_code& why) { return append(part, why); }
  bool on_key(std::string_view part, std::size_t, error_code& why) {
    if (!append(part, why)) return false;
    name_ = take();
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, error_code& why) { return append(part, why); }
  bool on_string(std::string_view part, std::size_t, error_code& why) {
    return append(part, why) && add(Node::Kind::string, take());
  }
  bool on_number_part(std::string_view part, error_code& why) { return append(part, why); }
  bool on_int64(std::int64_t, std::string_view part, error_code& why) { return on_number(part, why); }
  bool on_uint64(std::uint64_t, std::string_view part, error_code& why) { return on_number(part, why); }
  bool on_double(double, std::string_view part, error_code& why) { return on_number(part, why); }
  bool on_bool(bool, error_code&) { return add(Node::Kind::boolean, {}); }
  bool on_null(error_code&) { return add(Node::Kind::null, {}); }
  static bool on_comment_part(std::string_view, error_code&) { return true; }
  static bool on_comment(std::string_view, error_code&) { return true; }

 private:
  /// The buffer has the body's size, and no text grows by being unescaped.
  bool append(std::string_view part, error_code& why) {
    if (part.find('\0') != std::string_view::npos) {
      why = boost::json::error::syntax;
      return false;
    }
    at_ += part.copy(at_, part.size());
    return true;
  }

  std::string_view take() {
    const std::string_view text(begin_, std::size_t(at_ - begin_));
    begin_ = at_;
    return text;
  }

  bool add(Node::Kind kind, std::string_view text) {
    nodes_.push_back({.kind = kind, .name = name_, .text = text});
    name_ = {};
    return true;
  }

  bool on_number(std::string_view part, error_code& why) {
    return append(part, why) && add(Node::Kind::number, take());
  }

  bool open(Node::Kind kind) {
    open_.at(depth_++) = std::uint32_t(nodes_.size());
    return add(kind, {});
  }

  bool close() {
    const std::uint32_t first = open_.at(--depth_);
    nodes_[first].span = std::uint32_t(nodes_.size()) - first;
    return true;
  }

  std::vector<Node>& nodes_;
  char* at_;
  char* begin_;
  std::string_view name_;
  std::array<std::uint32_t, max_depth> open_{};
  std::size_t depth_ = 0;
};

void Json::Wipe::operator()(char* text) const noexcept {
  ::explicit_bzero(text, size);
  delete[] text;
}

Json::Json(std::size_t size) : texts_(new char[size], Wipe{size}) {
  nodes_.reserve(16);
}

Result<Json> Json::read(std::string_view body) {
  Json json(body.size());
  if (body.empty()) {
    json.nodes_.push_back({.kind = Node::Kind::object});
    return json;
  }
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<Handler> parser(options, json);
  error_code why;
  const std::size_t read = parser.write_some(false, body.data(), body.size(), why);
  if (why || read != body.size()) return malformed(why, read);

  Node& root = json.nodes_.front();
  if (root.kind == Node::Kind::null) root.kind = Node::Kind::object;
  if (root.kind != Node::Kind::object) {
    return fail(ErrorCode::invalid_request,
                {.en = "The body must be a JSON object, as in {\"amount\": 10}.",
                 .fr = "Le corps doit être un objet JSON, comme {\"amount\": 10}."});
  }
  return json;
}

}  // namespace pay::view
