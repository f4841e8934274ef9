# What transmission-rss takes of feeds: its own steps (aggregator.rb), on Ruby's RSS library. A line of JSON with the version of
# REXML, then one a file.

require 'json'
require 'rexml/document'
require 'rss'

def link_of(item)
  link = item.enclosure.url rescue item.link
  return if link.nil?
  link.class == String ? link : link.href
end

puts JSON.generate(REXML::VERSION)
ARGV.each do |path|
  items = RSS::Parser.parse(File.binread(path), false).items rescue []
  found = items.map { |item| [item.title.class == String ? item.title : item.title&.content, link_of(item)] rescue nil }
  puts JSON.generate(found.compact.select { |_, link| link })
end
