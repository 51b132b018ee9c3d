#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "torch_storages.hpp"
#include "zip_members.hpp"

namespace amt {
namespace {

constexpr std::string_view kPickle = "/data.pkl";

/// The members of an archive by name, and the contents of the small ones.
struct Contents {
  std::map<std::string, std::uint64_t> bytes;
  std::string folder;      // contains all members
  std::string pickle;      // contents of folder/data.pkl
  std::string byte_order;  // contents of folder/byteorder; "" before torch 2.1
};

std::string read_member(ZipMembers& members, std::uint64_t most) {
  if (members.bytes() > most) {
    throw Malformed(fmt::format("member {} has {} bytes, more than the limit of {}",
                                printable(members.name(), kShown), format_count(members.bytes()),
                                format_count(most)));
  }
  std::string text(members.bytes(), '\0');
  members.read(std::as_writable_bytes(std::span(text)));
  members.finish();
  return text;
}

/// Returns whether this is FOLDER/data.pkl, the only pickle at the top level.
bool is_pickle(const std::string& name) {
  return name.ends_with(kPickle) && name.find('/') == name.size() - kPickle.size();
}

void add_member(ZipMembers& members, Contents& contents) {
  const std::string& name = members.name();
  if (!contents.bytes.emplace(name, members.bytes()).second) {
    throw Malformed(fmt::format("its zip archive has {} twice", printable(name, kShown)));
  }
  if (is_pickle(name)) {
    if (!contents.folder.empty()) throw Malformed("its zip archive has two pickles");
    contents.folder = name.substr(0, name.size() - kPickle.size());
    contents.pickle = read_member(members, kMaxPickleBytes);
  } else if (name.ends_with("/byteorder")) {
    contents.byte_order = read_member(members, 16);
  }
}

Contents list_contents(const RegularFile& file) {
  Contents contents;
  std::uint64_t total = 0;
  for (ZipMembers members(file); members.next();) {
    total += std::min(members.bytes(), file.size() + 1);
    if (total > file.size()) {
      throw Malformed(
          "its zip archive claims more bytes than the file has; torch never compresses");
    }
    add_member(members, contents);
  }
  return contents;
}

class TorchZip : public TorchStorages {
 public:
  explicit TorchZip(const RegularFile& file) : file_(file) {
    Contents contents = list_contents(file);
    if (contents.folder.empty())
      throw Malformed("its zip archive has no data.pkl: not a torch file");
    if (contents.bytes.contains(contents.folder + "/constants.pkl")) {
      throw Malformed("it is a TorchScript program, which amt does not run");
    }
    if (!contents.byte_order.empty() && contents.byte_order != "little") {
      throw Malformed("it was written on a big-endian machine");
    }
    dict_ = read_state_dict(parse_pickle(contents.pickle));
    for (std::size_t i = 0; i < dict_.storages.size(); ++i) {
      const std::string name = contents.folder + "/data/" + dict_.storages[i].key;
      const auto member = contents.bytes.find(name);
      if (member == contents.bytes.end()) throw Malformed("it has no " + printable(name, kShown));
      check_size(i, member->second);
      by_name_.emplace(name, i);
    }
  }

  void visit(const std::vector<bool>& wanted, const Visit& visit) override {
    auto missing = std::ranges::count(wanted, true);
    for (ZipMembers members(file_); missing > 0 && members.next();) {
      const auto it = by_name_.find(members.name());
      if (it == by_name_.end() || !wanted[it->second]) continue;
      check_size(it->second, members.bytes());
      visit(it->second, [&](std::span<std::byte> out) { members.read(out); });
      members.finish();
      --missing;
    }
    if (missing > 0) throw Malformed("it changed while it was read");
  }

 private:
  void check_size(std::size_t storage, std::uint64_t bytes) const {
    if (bytes == dict_.storages[storage].bytes()) return;
    throw Malformed(fmt::format("storage {} has {} bytes; its tensors need {}",
                                printable(dict_.storages[storage].key, kShown), bytes,
                                dict_.storages[storage].bytes()));
  }

  const RegularFile& file_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace

std::unique_ptr<TorchStorages> open_torch_zip(const RegularFile& file) {
  return std::make_unique<TorchZip>(file);
}

}  // namespace amt
