// Builds zip archives member by member, including ones that no zip program would write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace amt::test {

/// False statements about a member.
struct ZipLies {
  std::optional<std::uint32_t> crc = {}, bytes = {};
  bool encrypted = false;
  bool utf8 = false;   ///< not false: whether its name is UTF-8
  bool zip64 = false;  ///< not false: its sizes are in the fields for large files
};

class ZipBuilder {
 public:
  ZipBuilder& stored(const std::string& name, const std::string& content, const ZipLies& lies = {});
  ZipBuilder& deflated(const std::string& name, const std::string& content,
                       const ZipLies& lies = {});
  ZipBuilder& folder(const std::string& name);
  ZipBuilder& symbolic_link(const std::string& name, const std::string& target);
  /// Adds every file and link below a folder, alternately deflated and stored, in an order
  /// different from that of the names.
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
