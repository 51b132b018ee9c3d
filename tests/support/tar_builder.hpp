// Builds tar archives record by record, including ones that no tar program would write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace amt::test {

class TarBuilder {
 public:
  TarBuilder& file(const std::string& name, const std::string& content);
  TarBuilder& folder(const std::string& name);
  TarBuilder& symbolic_link(const std::string& name, const std::string& target);
  TarBuilder& hard_link(const std::string& name, const std::string& target);
  /// Adds the header of a file of this size, without contents.
  TarBuilder& claim(const std::string& name, std::uint64_t bytes);
  /// Gives the next member a name of any length, in GNU's or POSIX's format.
  TarBuilder& gnu_long_name(const std::string& name);
  TarBuilder& pax_name(const std::string& name);
  /// Gives the next link a target of any length, in POSIX's format.
  TarBuilder& pax_link(const std::string& target);
  /// Adds every file below a folder, in an order other than that of the names.
  TarBuilder& tree(const std::filesystem::path& root);

  std::string unfinished() const { return records_; }
  std::string finished() const;  ///< includes the two empty records at the end
  void write(const std::filesystem::path& path) const;         ///< writes finished()
  void write_packed(const std::filesystem::path& path) const;  ///< writes finished() with gzip

 private:
  void header(const std::string& name, char type, std::uint64_t bytes, const std::string& link);
  void content(const std::string& bytes);
  void pax(const std::string& key, const std::string& value);
  std::string records_;
};

std::string gzip(const std::string& bytes);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

}  // namespace amt::test
