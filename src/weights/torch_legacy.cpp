#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "torch_storages.hpp"

namespace amt {
namespace {

constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kProtocol = 1001;

/// Reads the pickles at the beginning of the file one after the other.
class Pickles {
 public:
  explicit Pickles(const RegularFile& file) : text_(std::min(file.size(), kMaxPickleBytes), '\0') {
    file.read_at(0, std::as_writable_bytes(std::span(text_)));
  }

  Pickle next() {
    Pickle pickle = parse_pickle(std::string_view(text_).substr(at_));
    at_ += pickle.bytes;
    return pickle;
  }
  std::uint64_t at() const { return at_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

bool is_magic(const Pickle& pickle) {
  const PickleValue& root = pickle.at(pickle.root);
  return root.kind == PickleKind::kOther && root.text == kMagic;
}

bool is_protocol(const Pickle& pickle) {
  const PickleValue& root = pickle.at(pickle.root);
  return root.kind == PickleKind::kInteger && root.number == kProtocol;
}

/// Reads the facts about the machine that wrote the file: {"little_endian": True, ...}.
bool is_little_endian(const Pickle& pickle) {
  const PickleValue& root = pickle.at(pickle.root);
  if (root.kind != PickleKind::kDict) return false;
  const std::vector<PickleRef>& items = pickle.items_of(root);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (pickle.at(items[i]).text != "little_endian") continue;
    const PickleValue& value = pickle.at(items[i + 1]);
    return value.kind == PickleKind::kBool && value.number == 1;
  }
  return false;
}

class TorchLegacy : public TorchStorages {
 public:
  explicit TorchLegacy(const RegularFile& file) : file_(file) {
    Pickles pickles(file);
    if (!is_magic(pickles.next())) throw Malformed("it does not begin with torch's magic number");
    if (!is_protocol(pickles.next())) throw Malformed("it does not have torch's protocol 1001");
    if (!is_little_endian(pickles.next())) {
      throw Malformed("it was not written on a little-endian machine");
    }
    dict_ = read_state_dict(pickles.next());
    const Pickle keys = pickles.next();
    find_storages(keys, pickles.at());
  }

  void visit(const std::vector<bool>& wanted, const Visit& visit) override {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      visit(i, [&, at = begin_[i]](std::span<std::byte> out) mutable {
        file_.read_at(at, out);
        at += out.size();
      });
    }
  }

 private:
  /// The storages follow the list of their keys in the same order.
  void find_storages(const Pickle& keys, std::uint64_t at) {
    const PickleValue& root = keys.at(keys.root);
    if (root.kind != PickleKind::kList) throw Malformed("it has no list of storages");
    std::unordered_map<std::string_view, std::size_t> by_key;
    for (const TorchStorage& storage : dict_.storages) by_key.emplace(storage.key, by_key.size());
    begin_.resize(dict_.storages.size());
    for (const PickleRef ref : keys.items_of(root)) {
      const auto it = by_key.find(keys.at(ref).text);
      if (it == by_key.end()) throw Malformed("it lists a storage twice, or one without tensors");
      at = place_storage(it->second, at);
      by_key.erase(it);
    }
    if (!by_key.empty()) {
      throw Malformed(
          fmt::format("it has no storage {}", printable(by_key.begin()->first, kShown)));
    }
    if (at != file_.size()) throw Malformed("it is longer than its tensors");
  }

  /// Returns the end of the storage whose length is at `at`.
  std::uint64_t place_storage(std::size_t index, std::uint64_t at) {
    const TorchStorage& storage = dict_.storages[index];
    std::uint64_t elements = 0;
    if (file_.size() - at < sizeof(elements)) throw Malformed("it is cut off");
    file_.read_at(at, std::as_writable_bytes(std::span(&elements, 1)));
    begin_[index] = at + sizeof(elements);
    if (elements != storage.elements) {
      throw Malformed(fmt::format("storage {} has {} elements; its tensors need {}",
                                  printable(storage.key, kShown), elements, storage.elements));
    }
    if (file_.size() - begin_[index] < storage.bytes()) throw Malformed("it is cut off");
    return begin_[index] + storage.bytes();
  }

  const RegularFile& file_;
  std::vector<std::uint64_t> begin_;  ///< where each storage's elements begin in the file
};

}  // namespace

std::unique_ptr<TorchStorages> open_torch_legacy(const RegularFile& file) {
  return std::make_unique<TorchLegacy>(file);
}

}  // namespace amt
