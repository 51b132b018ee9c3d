// Reads a pickle as data: a tree of values, in which a call is just another kind of value. Nothing
// is imported or run. Understood are the opcodes that Python's picklers write (protocols 2 to 5)
// for a dictionary of torch tensors; all others are refused by name, and so is every global but
// those that such a dictionary needs. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tensor_file.hpp"

namespace amt {

/// What a pickle may name.
enum class PickleGlobal : std::uint8_t {
  kOrderedDict,       ///< collections.OrderedDict
  kRebuildTensor,     ///< torch._utils._rebuild_tensor_v2
  kRebuildParameter,  ///< torch._utils._rebuild_parameter
  kStorage            ///< torch.FloatStorage and its like
};

enum class PickleKind : std::uint8_t {
  kNone,
  kBool,        ///< number: 0 or 1
  kInteger,     ///< number
  kOther,       ///< a number of another kind
  kText,        ///< text
  kTuple,       ///< items
  kList,        ///< items
  kDict,        ///< items: key, value, key, value ...
  kGlobal,      ///< global, and type for a storage
  kCall,        ///< items: global, tuple of arguments
  kPersistent,  ///< items: the tuple that says which object outside the pickle is meant
};

using PickleRef = std::uint32_t;  ///< index into Pickle::values

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  PickleGlobal global = PickleGlobal::kOrderedDict;
  TensorType type = TensorType::kF32;
  bool ordered = false;        ///< of a dictionary: an OrderedDict, which may be given attributes
  std::int64_t number = 0;     ///< for kinds with items: index into Pickle::items
  std::string_view text = {};  ///< for kOther: its bytes
};

/// May have cycles: a list can hold itself. Texts refer to the bytes that it was read from.
struct Pickle {
  std::vector<PickleValue> values;
  std::vector<std::vector<PickleRef>> items;
  PickleRef root = 0;
  std::size_t bytes = 0;  ///< up to and with the end of the pickle

  const PickleValue& at(PickleRef ref) const { return values[ref]; }
  const std::vector<PickleRef>& items_of(const PickleValue& value) const {
    return items[value.number];
  }
};

/// The pickle at the beginning of `bytes`. Takes time linear in its size, and at most some 150 MB
/// whatever it says. Malformed naming the byte and what is there.
Pickle parse_pickle(std::string_view bytes);

}  // namespace amt
