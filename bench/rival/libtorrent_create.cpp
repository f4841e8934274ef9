// Makes a torrent with the C++ library of libtorrent, which unlike its Python wheel can hash on several threads.
// Arguments: file or folder, piece length in bytes, v1 | v2 | hybrid, threads, output; or --version.

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/version.hpp>

int main(int argc, char** argv) try {
  if (argc == 2 && std::string(argv[1]) == "--version") {
    std::cout << "libtorrent " << lt::version() << '\n';
    return 0;
  }
  if (argc != 6) return 2;
  std::string const path = argv[1], protocol = argv[3];
  lt::create_flags_t const flags = protocol == "v1"   ? lt::create_torrent::v1_only
                                   : protocol == "v2" ? lt::create_torrent::v2_only
                                                      : lt::create_flags_t{};
  lt::file_storage files;
  lt::add_files(files, path);
  lt::create_torrent torrent(files, std::atoi(argv[2]), flags);
  lt::settings_pack settings;
  settings.set_int(lt::settings_pack::hashing_threads, std::atoi(argv[4]));
  lt::error_code error;
  std::string const parent = path.substr(0, path.find_last_of('/'));
  lt::set_piece_hashes(torrent, parent, settings, [](lt::piece_index_t) {}, error);
  if (error) throw std::runtime_error(error.message());
  std::vector<char> bytes;
  lt::bencode(std::back_inserter(bytes), torrent.generate());
  std::ofstream(argv[5], std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return 0;
} catch (std::exception const& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
