// Zip archives made member by member, also such as no zip would make.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace amt::test {

/// What a member says of itself where that is not the truth.
struct ZipLies {
  std::optional<std::uint32_t> crc = {}, bytes = {};
  bool encrypted = false;
  bool utf8 = false;   ///< no lie: how its name is written
  bool zip64 = false;  ///< no lie: its sizes stand in the fields for large ones
};

class ZipBuilder {
 public:
  ZipBuilder& stored(const std::string& name, const std::string& content, const ZipLies& lies = {});
  ZipBuilder& deflated(const std::string& name, const std::string& content,
                       const ZipLies& lies = {});
  ZipBuilder& folder(const std::string& name);
  ZipBuilder& symbolic_link(const std::string& name, const std::string& target);
  /// Every file and link below a folder, deflated and stored in turn, in an order that is not that
  /// of the names.
  ZipBuilder& tree(const std::filesystem::path& root);

  std::string finished() const;
  void write(const std::filesystem::path& path) const;

 private:
  void add(const std::string& name, const std::string& content, bool deflate, std::uint32_t mode,
           const ZipLies& lies);
  std::string members_, list_;
  std::uint16_t count_ = 0;
};

}  // namespace amt::test
