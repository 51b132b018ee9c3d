#include "pickle.hpp"

#include <fmt/core.h>

#include <utility>

#include "pickle_bytes.hpp"
#include "pickle_names.hpp"

namespace amt {
namespace {

// Enough for 40,000 tensors. Also limits the size of every list here.
constexpr std::size_t kMaxOpcodes = 1 << 20;
constexpr unsigned kMaxProtocol = 5;

class Parser {
 public:
  explicit Parser(std::string_view bytes) : in_(bytes) {}

  Pickle parse() {
    for (std::size_t opcodes = 0;; ++opcodes) {
      if (opcodes == kMaxOpcodes) fail("it is longer than the pickle of any model");
      const unsigned char opcode = in_.take(1)[0];
      if (opcode == '.') break;
      if (scalar(opcode) || text(opcode) || collection(opcode) || item(opcode) || memo(opcode) ||
          object(opcode)) {
        continue;
      }
      fail(fmt::format("opcode {} is not part of a state dict", opcode_name(opcode)));
    }
    pickle_.root = pop();
    if (!stack_.empty()) fail("it ends too early");
    pickle_.bytes = in_.at();
    return std::move(pickle_);
  }

 private:
  bool push(const PickleValue& value) {
    stack_.push_back(static_cast<PickleRef>(pickle_.values.size()));
    pickle_.values.push_back(value);
    return true;
  }

  bool push_items(PickleKind kind, std::vector<PickleRef> items, bool ordered = false) {
    pickle_.items.push_back(std::move(items));
    const std::int64_t at = pickle_.items.size() - 1;
    return push({.kind = kind, .ordered = ordered, .number = at});
  }

  bool push_number(PickleKind kind, std::int64_t value) {
    return push({.kind = kind, .number = value});
  }

  bool push_text(std::uint64_t bytes) {
    return push({.kind = PickleKind::kText, .text = in_.take(bytes)});
  }

  /// Returns the height of the last mark; values below it belong to an unfinished collection.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleRef pop() {
    if (stack_.size() <= floor()) fail("it uses a value that does not exist");
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }

  PickleRef pop(PickleKind kind, const char* what) {
    const PickleRef ref = pop();
    if (pickle_.at(ref).kind != kind) {
      fail(fmt::format("it has something else in place of {}", what));
    }
    return ref;
  }

  std::vector<PickleRef> pop_count(std::size_t count) {
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) fail("it has no mark where one is needed");
    std::vector<PickleRef> items = pop_count(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  bool long_number() {
    const auto count = static_cast<int>(in_.number(1));
    if (count > 8) return push({.kind = PickleKind::kOther, .text = in_.take(count)});
    const int spare = 64 - 8 * count;
    if (count == 0) return push_number(PickleKind::kInteger, 0);
    const std::uint64_t raw = in_.number(count) << spare;
    return push_number(PickleKind::kInteger, static_cast<std::int64_t>(raw) >> spare);
  }

  bool scalar(unsigned char opcode) {
    switch (opcode) {
      case 'N':
        return push({});
      case 0x88:  // NEWTRUE
      case 0x89:  // NEWFALSE
        return push_number(PickleKind::kBool, opcode == 0x88);
      case 'J':
        return push_number(PickleKind::kInteger, static_cast<std::int32_t>(in_.number(4)));
      case 'K':
        return push_number(PickleKind::kInteger, in_.number(1));
      case 'M':
        return push_number(PickleKind::kInteger, in_.number(2));
      case 0x8a:  // LONG1
        return long_number();
      case 'G':
        return push({.kind = PickleKind::kOther, .text = in_.take(8)});
      default:
        return false;
    }
  }

  bool text(unsigned char opcode) {
    switch (opcode) {
      case 'U':   // SHORT_BINSTRING, of Python 2
      case 0x8c:  // SHORT_BINUNICODE
        return push_text(in_.number(1));
      case 'T':  // BINSTRING, of Python 2
      case 'X':
        return push_text(in_.number(4));
      case 0x8d:  // BINUNICODE8
        return push_text(in_.number(8));
      default:
        return false;
    }
  }

  bool collection(unsigned char opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case ')':
        return push_items(PickleKind::kTuple, {});
      case 't':
        return push_items(PickleKind::kTuple, pop_to_mark());
      case 0x85:
      case 0x86:
      case 0x87:  // TUPLE1 to TUPLE3
        return push_items(PickleKind::kTuple, pop_count(opcode - 0x84u));
      case '}':
        return push_items(PickleKind::kDict, {});
      case ']':
        return push_items(PickleKind::kList, {});
      default:
        return false;
    }
  }

  bool item(unsigned char opcode) {
    switch (opcode) {
      case 'a':
        return add_to(PickleKind::kList, pop_count(1));
      case 'e':
        return add_to(PickleKind::kList, pop_to_mark());
      case 's':
        return add_to(PickleKind::kDict, pop_count(2));
      case 'u':
        return add_to(PickleKind::kDict, pop_to_mark());
      default:
        return false;
    }
  }

  bool add_to(PickleKind kind, const std::vector<PickleRef>& more) {
    const PickleRef target = pop(kind, kind == PickleKind::kList ? "a list" : "a dictionary");
    if (kind == PickleKind::kDict && more.size() % 2 != 0) fail("a key has no value");
    auto& items = pickle_.items[pickle_.at(target).number];
    items.insert(items.end(), more.begin(), more.end());
    stack_.push_back(target);
    return true;
  }

  bool memo(unsigned char opcode) {
    switch (opcode) {
      case 'q':
        return store(in_.number(1));
      case 'r':
        return store(in_.number(4));
      case 0x94:  // MEMOIZE
        return store(memo_.size());
      case 'h':
        return recall(in_.number(1));
      case 'j':
        return recall(in_.number(4));
      default:
        return false;
    }
  }

  bool store(std::uint64_t place) {
    constexpr PickleRef kEmpty = ~PickleRef{0};
    if (place >= kMaxOpcodes) fail("it numbers a value higher than it has values");
    if (place >= memo_.size()) memo_.resize(place + 1, kEmpty);
    memo_[place] = pop();
    stack_.push_back(memo_[place]);
    return true;
  }

  bool recall(std::uint64_t place) {
    if (place >= memo_.size() || memo_[place] >= pickle_.values.size()) {
      fail("it refers to a value that it never stored");
    }
    stack_.push_back(memo_[place]);
    return true;
  }

  bool object(unsigned char opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        if (in_.number(1) > kMaxProtocol) fail("its protocol is too new for amt");
        return true;
      case 0x95:  // FRAME: a hint for buffering
        in_.take(8);
        return true;
      case 'c':
        return global();
      case 0x93:  // STACK_GLOBAL
        return stack_global();
      case 'R':
        return call();
      case 'b':
        return attributes();
      case 'Q':
        return push_items(PickleKind::kPersistent, pop_count(1));
      default:
        return false;
    }
  }

  bool global() {
    const std::string_view module = in_.line();
    return push(pickle_global(module, in_.line()));
  }

  bool stack_global() {
    const PickleRef name = pop(PickleKind::kText, "a name");
    const PickleRef module = pop(PickleKind::kText, "a name");
    return push(pickle_global(pickle_.at(module).text, pickle_.at(name).text));
  }

  bool call() {
    const PickleRef arguments = pop(PickleKind::kTuple, "arguments");
    const PickleRef callee = pop(PickleKind::kGlobal, "what to call");
    if (pickle_.at(callee).global != PickleGlobal::kOrderedDict) {
      return push_items(PickleKind::kCall, {callee, arguments});
    }
    if (!pickle_.items_of(pickle_.at(arguments)).empty())
      fail("an OrderedDict is built from other values");
    return push_items(PickleKind::kDict, {}, true);
  }

  /// Ignores the attribute of a module's state dict that records the version of each part.
  bool attributes() {
    pop(PickleKind::kDict, "attributes");
    const PickleRef target = pop(PickleKind::kDict, "an OrderedDict");
    if (!pickle_.at(target).ordered) fail("BUILD of something other than an OrderedDict");
    stack_.push_back(target);
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const { in_.fail(what); }

  PickleBytes in_;
  Pickle pickle_;
  std::vector<PickleRef> stack_, memo_;
  std::vector<std::size_t> marks_;  // stack heights
};

}  // namespace

Pickle parse_pickle(std::string_view bytes) { return Parser(bytes).parse(); }

}  // namespace amt
