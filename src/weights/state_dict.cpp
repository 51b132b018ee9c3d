#include "state_dict.hpp"

#include <fmt/core.h>

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "amt/base/strings.hpp"
#include "malformed.hpp"

namespace amt {
namespace {

constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxKeyBytes = 64;  // keys are small numbers, or addresses
// Far larger than any file, and small enough that calculations do not overflow.
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 48;

/// The arguments of _rebuild_tensor_v2, before they are checked.
struct View {
  std::uint64_t first = 0;
  std::vector<std::uint64_t> shape, strides;
};

/// Returns the product of a tensor's extents; with strides of 0 it can exceed the size of the
/// storage.
std::uint64_t count_elements(const View& view) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : view.shape) {
    if (extent != 0 && count > kMaxElements / extent)
      throw Malformed("its shape is impossibly large");
    count *= extent;
  }
  return count;
}

/// Returns the number of the storage's elements up to and including the tensor's last one.
std::uint64_t end_in_storage(const View& view) {
  std::uint64_t last = view.first;
  for (std::size_t i = 0; i < view.shape.size(); ++i) {
    if (view.shape[i] == 0) return view.first;
    const std::uint64_t steps = view.shape[i] - 1;
    if (steps != 0 && view.strides[i] > kMaxElements / steps) return kMaxElements + 1;
    last += steps * view.strides[i];
  }
  return last + 1;
}

bool lies_row_by_row(const View& view) {
  std::uint64_t stride = 1;
  for (std::size_t i = view.shape.size(); i-- > 0;) {
    if (view.shape[i] != 1 && view.strides[i] != stride) return false;
    stride *= view.shape[i];
  }
  return true;
}

TensorPlace::Order order_of(const View& view) {
  if (lies_row_by_row(view)) return TensorPlace::Order::kRows;
  if (view.shape.size() == 2 && view.strides[0] == 1 && view.strides[1] == view.shape[0]) {
    return TensorPlace::Order::kColumns;
  }
  return TensorPlace::Order::kOther;
}

class Reader {
 public:
  explicit Reader(const Pickle& pickle) : pickle_(pickle) {}

  StateDict read() {
    const PickleValue& root = pickle_.at(pickle_.root);
    if (root.kind != PickleKind::kDict) throw Malformed("it is not a dictionary of tensors");
    const std::vector<PickleRef>& items = pickle_.items_of(root);
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const PickleValue& key = pickle_.at(items[i]);
      if (key.kind != PickleKind::kText) throw Malformed("a tensor's name is not a string");
      if (!names_.insert(key.text).second) {
        throw Malformed(fmt::format("it has a tensor '{}' twice", printable(key.text, kShown)));
      }
      try {
        add(std::string(key.text), pickle_.at(items[i + 1]));
      } catch (const Malformed& malformed) {
        throw Malformed(
            fmt::format("tensor '{}': {}", printable(key.text, kShown), malformed.what()));
      }
    }
    return std::move(dict_);
  }

 private:
  void add(std::string name, const PickleValue& value) {
    const PickleValue& tensor = without_parameter(value);
    const std::vector<PickleRef>& arguments =
        arguments_of(tensor, PickleGlobal::kRebuildTensor, 6, "it is not a tensor");
    if (arguments.size() > 6) refuse_marks(pickle_.at(arguments[6]));
    const std::size_t index = storage(pickle_.at(arguments[0]));
    const TorchStorage& storage = dict_.storages[index];
    const View view{natural(arguments[1]), naturals(arguments[2]), naturals(arguments[3])};
    if (view.shape.size() != view.strides.size()) {
      throw Malformed("its shape and its strides have different lengths");
    }
    const std::uint64_t elements = count_elements(view);
    if (view.first > storage.elements || end_in_storage(view) > storage.elements) {
      throw Malformed(
          fmt::format("it is not inside its storage, which has {} elements", storage.elements));
    }
    dict_.tensors.push_back({std::move(name),
                             storage.type,
                             {view.shape.begin(), view.shape.end()},
                             elements,
                             view.first * element_bytes(storage.type)});
    dict_.places.push_back({index, view.first, order_of(view)});
  }

  /// Rejects tensors that torch marks as having the opposite sign of their storage.
  void refuse_marks(const PickleValue& marks) const {
    if (marks.kind == PickleKind::kNone) return;
    if (marks.kind == PickleKind::kDict && pickle_.items_of(marks).empty()) return;
    throw Malformed("it is marked as negated or the like; save it in Python after .resolve_neg()");
  }

  /// Unwraps an nn.Parameter; a tensor that is wrapped twice is refused.
  const PickleValue& without_parameter(const PickleValue& value) const {
    if (value.kind != PickleKind::kCall ||
        pickle_.at(pickle_.items_of(value)[0]).global != PickleGlobal::kRebuildParameter) {
      return value;
    }
    return pickle_.at(
        arguments_of(value, PickleGlobal::kRebuildParameter, 3, "it is not a parameter")[0]);
  }

  /// Returns the arguments, at least `count`, if `value` calls `callee`; otherwise throws
  /// Malformed.
  const std::vector<PickleRef>& arguments_of(const PickleValue& value, PickleGlobal callee,
                                             std::size_t count, const char* otherwise) const {
    if (value.kind != PickleKind::kCall) throw Malformed(otherwise);
    const std::vector<PickleRef>& call = pickle_.items_of(value);
    const std::vector<PickleRef>& arguments = pickle_.items_of(pickle_.at(call[1]));
    if (pickle_.at(call[0]).global != callee || arguments.size() < count) {
      throw Malformed(otherwise);
    }
    return arguments;
  }

  /// Returns the index of the storage that a persistent id refers to: ("storage", class, key,
  /// device, elements).
  std::size_t storage(const PickleValue& value) {
    constexpr const char* kBad = "its storage is not described the way torch does it";
    if (value.kind != PickleKind::kPersistent) throw Malformed(kBad);
    const PickleValue& id = pickle_.at(pickle_.items_of(value)[0]);
    if (id.kind != PickleKind::kTuple) throw Malformed(kBad);
    const std::vector<PickleRef>& parts = pickle_.items_of(id);
    if (parts.size() < 5 || parts.size() > 6 || pickle_.at(parts[0]).text != "storage") {
      throw Malformed(kBad);
    }
    // Before torch 0.4 a storage could be a part of another one.
    if (parts.size() == 6 && pickle_.at(parts[5]).kind != PickleKind::kNone) throw Malformed(kBad);
    const PickleValue &type = pickle_.at(parts[1]), &key = pickle_.at(parts[2]);
    if (type.kind != PickleKind::kGlobal || type.global != PickleGlobal::kStorage ||
        key.kind != PickleKind::kText || key.text.size() > kMaxKeyBytes) {
      throw Malformed(kBad);
    }
    return known_storage({std::string(key.text), type.type, natural(parts[4])});
  }

  std::size_t known_storage(TorchStorage storage) {
    const auto [it, added] = by_key_.emplace(storage.key, dict_.storages.size());
    if (added) {
      dict_.storages.push_back(std::move(storage));
    } else if (const TorchStorage& known = dict_.storages[it->second];
               known.type != storage.type || known.elements != storage.elements) {
      throw Malformed(
          fmt::format("storage {} is described in two ways", printable(storage.key, kShown)));
    }
    return it->second;
  }

  std::uint64_t natural(PickleRef ref) const {
    const PickleValue& value = pickle_.at(ref);
    if (value.kind != PickleKind::kInteger || value.number < 0 ||
        std::cmp_greater(value.number, kMaxElements)) {
      throw Malformed("one of its sizes is negative, impossibly large or not a whole number");
    }
    return value.number;
  }

  std::vector<std::uint64_t> naturals(PickleRef ref) const {
    const PickleValue& tuple = pickle_.at(ref);
    if (tuple.kind != PickleKind::kTuple) throw Malformed("its shape or strides are not a tuple");
    const std::vector<PickleRef>& items = pickle_.items_of(tuple);
    if (items.size() > kMaxDimensions) throw Malformed("it has too many dimensions");
    std::vector<std::uint64_t> values;
    for (const PickleRef item : items) values.push_back(natural(item));
    return values;
  }

  const Pickle& pickle_;
  StateDict dict_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::unordered_set<std::string_view> names_;
};

}  // namespace

StateDict read_state_dict(const Pickle& pickle) { return Reader(pickle).read(); }

}  // namespace amt
