// Builds zip archives member by member, including ones that no zip program would write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace amt::test {

/// What to state about a member, mostly falsely.
struct ZipLies {
  std::optional<std::uint32_t> crc = {}, bytes = {};
  bool encrypted = false;
  bool utf8 = false;   ///< not a lie: mark the name as UTF-8
  bool zip64 = false;  ///< not a lie: store the sizes in the fields for large files
};

class ZipBuilder {
 public:
  ZipBuilder& stored(const std::string& name, const std::string& content, const ZipLies& lies = {});
  ZipBuilder& deflated(const std::string& name, const std::string& content,
                       const ZipLies& lies = {});
  ZipBuilder& folder(const std::string& name);
  ZipBuilder& symbolic_link(const std::string& name, const std::string& target);
  /// Adds every file and link below a folder, alternately deflated and stored, in an order other
  /// than that of the names.
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
